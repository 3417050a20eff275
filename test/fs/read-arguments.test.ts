import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, type Handle, heddleFs, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { Memory } from '../fixtures/web-assembly.ts'

const path = tempFolder().file('0123456789')

/** The same read through both, from the start of the same file; what it gives, and what is in the buffer. */
function reads(...makeArguments: (() => unknown)[]) {
  return expectSame((fs: Fs) =>
    withFile(fs, path, 'r', async (handle: Handle) => {
      const args = makeArguments.map((make) => make())
      const result = await handle.read(...args)
      const { buffer, byteOffset, byteLength } = result.buffer
      return {
        ...result,
        bytes: Buffer.from(buffer, byteOffset, Math.min(byteLength, 64)).toString('latin1'),
        same: result.buffer === args[0] || result.buffer === (args[0] as { buffer?: unknown })?.buffer,
        next: (await handle.read(Buffer.alloc(1), 0, 1, null)).buffer,
      }
    }),
  )
}

const eight = () => Buffer.alloc(8)

describe('read(buffer, offset, length, position)', () => {
  it.each([
    [],
    [0],
    [0, 8],
    [2, 4],
    [2, 4, 1],
    [2, 4, null],
    [2, 4, undefined],
    [2, 4, -1],
    [2, 4, -1n],
    [null, null, null],
    [undefined, undefined, undefined],
    [undefined, 3, 0],
    [2, undefined, 0],
    [2, null, 9],
    [0, 8, 9],
    [0, 8, 10],
    [0, 8, 1000],
    [0, 8, Number.MAX_SAFE_INTEGER],
    [0, 0],
    [8, 0],
    [9, 0],
  ])('reads with %o, %o, %o', async (...args) => {
    const { gave } = (await reads(eight, ...args.map((arg) => () => arg))) as { gave: object }
    expect(gave).toHaveProperty('same', true)
  })

  it.each([
    ['a negative offset', [-1]],
    ['a fractional offset', [0.5]],
    ['an offset that is NaN', [Number.NaN]],
    ['an infinite offset', [Number.POSITIVE_INFINITY]],
    ['an unsafe offset', [2 ** 53]],
    ['an offset past the end', [9]],
    ['an offset past the end and a length', [9, 1]],
    ['an offset of another type', ['0']],
    ['an offset that is a bigint', [0n]],
    ['a boolean offset', [true, 1]],
    ['a negative length', [0, -1]],
    ['a length past the end', [0, 9]],
    ['a length past the end after an offset', [4, 5]],
  ])('refuses %s', async (_, args) => {
    expect(await reads(eight, ...args.map((arg) => () => arg))).toHaveProperty('rejected')
  })

  // Node itself aborts the process for most of these, or reads nothing.
  it.each([
    [1.5, 'ERR_OUT_OF_RANGE'],
    [Number.POSITIVE_INFINITY, 'ERR_OUT_OF_RANGE'],
    [2 ** 53, 'ERR_OUT_OF_RANGE'],
    [Number.NaN, 'ERR_OUT_OF_RANGE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [true, 'ERR_INVALID_ARG_TYPE'],
    [{}, 'ERR_INVALID_ARG_TYPE'],
    [1n, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses a length of %o with %s', async (length, code) => {
    await withFile(heddleFs, path, 'r', (handle) =>
      expect(handle.read(Buffer.alloc(8), 0, length)).rejects.toHaveProperty('code', code),
    )
  })
})

describe('the position of read', () => {
  const positions: [unknown, string][] = [
    [-2, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    [Number.NaN, 'ERR_OUT_OF_RANGE'],
    [2 ** 53, 'ERR_OUT_OF_RANGE'],
    ['0', 'ERR_INVALID_ARG_TYPE'],
    [{}, 'ERR_INVALID_ARG_TYPE'],
    [true, 'ERR_INVALID_ARG_TYPE'],
    [-2n, 'ERR_OUT_OF_RANGE'],
    [2n ** 63n, 'ERR_OUT_OF_RANGE'],
    [2n ** 63n - 1n, 'ERR_OUT_OF_RANGE'],
    [3n, ''],
    [9n, ''],
    [2n ** 53n - 1n, ''],
  ]

  // Node 20 takes everything that is not a safe integer for "where it is"; heddle does as Node 22 and later.
  const [major] = process.versions.node.split('.').map(Number)
  it.runIf((major ?? 0) >= 22)('is judged as by Node', async () => {
    for (const [position] of positions) {
      await reads(
        eight,
        () => 0,
        () => 8,
        () => position,
      )
      await reads(eight, () => ({ position }))
    }
  })

  it.each(positions.filter(([, code]) => code !== ''))('may not be %o', async (position, code) => {
    await withFile(heddleFs, path, 'r', (handle) =>
      expect(handle.read(eight(), 0, 8, position)).rejects.toHaveProperty('code', code),
    )
  })

  it('may be a bigint', () =>
    withFile(heddleFs, path, 'r', async (handle) => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 3n)
      expect([bytesRead, String(buffer)]).toEqual([2, '34'])
    }))

  it('may not be a bigint that a number can not hold, though no file is that long', () =>
    withFile(heddleFs, path, 'r', (handle) =>
      expect(handle.read(eight(), 0, 8, 2n ** 53n)).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE'),
    ))
})

describe('the buffer of read', () => {
  it.each([
    ['a Uint8Array', () => new Uint8Array(4)],
    ['a part of a larger one', () => new Uint8Array(16).subarray(3, 7)],
    ['a pooled Buffer', () => Buffer.from('abcd')],
    ['a DataView', () => new DataView(new ArrayBuffer(8), 2, 4)],
    ['a Float64Array', () => new Float64Array(1)],
    ['a Uint16Array, with an odd number of bytes to read', () => new Uint16Array(8)],
    ['a BigInt64Array', () => new BigInt64Array(1)],
    ['a Uint8Array over a SharedArrayBuffer', () => new Uint8Array(new SharedArrayBuffer(6), 1, 4)],
    ['a view of WebAssembly memory', () => new Uint8Array(new Memory({ initial: 1 }).buffer, 5, 4)],
    ['a typed array made on the heap', () => new Int8Array([1, 2, 3])],
  ])('may be %s', async (_, make) => {
    expect(await reads(make)).toHaveProperty('gave.same', true)
  })

  it('counts offset and length in bytes, not in elements', () =>
    reads(
      () => new Float64Array(2),
      () => 3,
      () => 7,
      () => 0,
    ))

  it.each([
    ['a string', () => 'text'],
    ['a number', () => 1],
    ['an ArrayBuffer', () => new ArrayBuffer(4)],
    ['an array', () => [0, 0]],
    ['a function', () => () => 0],
    ['true', () => true],
    ['a bigint', () => 1n],
  ])('may not be %s', (_, make) => reads(make))

  it('may not be empty, unless nothing is asked for', async () => {
    expect(await reads(() => new Uint8Array(0))).toHaveProperty('gave.bytesRead', 0)
    await reads(
      () => new Uint8Array(0),
      () => 0,
      () => 1,
    )
    await reads(
      () => new Uint8Array(0),
      () => 0,
      () => 0,
    )
    await reads(
      () => new Uint8Array(0),
      () => 1,
    )
  })

  it('is empty when it is detached', () => {
    const detached = () => {
      const bytes = new Uint8Array(4)
      structuredClone(bytes, { transfer: [bytes.buffer] })
      return bytes
    }
    return Promise.all([
      reads(detached),
      reads(
        detached,
        () => 0,
        () => 4,
        () => 0,
      ),
    ])
  })
})

describe('read(options) and read(buffer, options)', () => {
  const options = [
    {},
    { offset: 2 },
    { length: 3 },
    { position: 4 },
    { offset: 1, length: 2, position: 3 },
    { offset: null, length: null, position: null },
    { offset: undefined, length: undefined, position: undefined },
    { length: 0 },
    { offset: -1 },
    { offset: 9 },
    { length: 9 },
    { length: -1 },
    { unknown: 1 },
  ]

  it.each(options)('take %o', async (given) => {
    await reads(eight, () => given)
    await reads(() => ({ buffer: eight(), ...given }))
  })

  it.each([undefined, null, {}, { buffer: undefined }, { length: 4 }, { offset: 16380 }, { length: 16385 }])(
    'make a Buffer of 16 KiB when there is none in %o',
    (given) => reads(() => given),
  )

  it('refuse null for a buffer', () =>
    withFile(heddleFs, path, 'r', (handle) =>
      expect(handle.read({ buffer: null })).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE'),
    ))

  it.each([{ buffer: 'text' }, { buffer: [] }, { buffer: new ArrayBuffer(2) }])('refuse %o', (given) =>
    reads(() => given),
  )

  it('make that Buffer when there are no arguments', () => reads())

  it('of null for the second argument', () => reads(eight, () => null))
})

it('says that the file is closed before it looks at the arguments', async () => {
  await expectSame(async (fs) => {
    const handle = await fs.open('/dev/null')
    await handle.close()
    return handle.read(eight(), -1)
  })
})
