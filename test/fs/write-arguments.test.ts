import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, heddleFs, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

/** The same write through both into files that hold ten digits; what it gives, and what the file holds then. */
function writes(...makeArguments: (() => unknown)[]) {
  return expectSame(async (fs: Fs) => {
    const path = folder.file('0123456789')
    return withFile(fs, path, 'r+', async (handle) => {
      await handle.read(Buffer.alloc(1), 0, 1, null)
      const args = makeArguments.map((make) => make())
      const { bytesWritten, buffer } = await handle.write(...args)
      const moved = (await handle.read(Buffer.alloc(1), 0, 1, null)).buffer
      return { bytesWritten, same: buffer === args[0], moved, content: readFileSync(path, 'latin1') }
    })
  })
}

const given = (values: unknown[]) => values.map((value) => () => value)
const letters = () => Buffer.from('abcdef')

describe('write(buffer, offset, length, position)', () => {
  it.each([
    [],
    [0],
    [2],
    [2, 3],
    [2, 3, 5],
    [2, 3, 0],
    [2, 3, null],
    [2, 3, undefined],
    [2, 3, 20],
    [null, null, null],
    [undefined, 2],
    [6],
    [6, 0],
    [0, 0],
    [0, 6, '5'],
    [0, 6, 3n],
    [0, '3'],
    [{}],
    [{ offset: 1 }],
    [{ offset: 1, length: 2 }],
    [{ offset: 1, length: 2, position: 4 }],
    [{ offset: null, length: null, position: null }],
    [{ length: 3 }],
    [{ position: 7 }],
  ])('writes with %o, %o, %o', async (...args) => {
    expect(await writes(letters, ...given(args))).toHaveProperty('gave.same', true)
  })

  it.each([
    ['a negative offset', [-1]],
    ['a fractional offset', [0.5]],
    ['an offset that is NaN', [Number.NaN]],
    ['an unsafe offset', [2 ** 53]],
    ['an offset past the end', [7]],
    ['an offset of another type', ['0']],
    ['an offset that is a bigint', [0n]],
    ['a negative length', [0, -1]],
    ['a length past the end', [0, 7]],
    ['a length past the end after an offset', [4, 3]],
    ['an unsafe length', [0, 2 ** 53]],
    ['a negative offset among options', [{ offset: -1 }]],
    ['a length among options past the end', [{ offset: 1, length: 6 }]],
  ])('refuses %s', async (_, args) => {
    expect(await writes(letters, ...given(args))).toHaveProperty('rejected')
  })

  it.each([1.5, Number.NaN])('refuses a length of %o', (length) =>
    withFile(heddleFs, folder.file(), 'r+', (handle) =>
      expect(handle.write(letters(), 0, length)).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE'),
    ),
  )

  it.each([-2, 1.5, Number.NaN, 2 ** 53])('refuses position %o, which Node takes for null', (position) =>
    withFile(heddleFs, folder.file(), 'r+', (handle) =>
      expect(handle.write(letters(), 0, 6, position)).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE'),
    ),
  )
})

describe('the data of write', () => {
  it.each([
    ['a Uint8Array', () => new Uint8Array([65, 66])],
    ['a part of a larger one', () => new Uint8Array([65, 66, 67, 68, 69]).subarray(1, 4)],
    ['a DataView', () => new DataView(letters().buffer, 0, 2)],
    ['a Float64Array', () => new Float64Array([1.5])],
    ['a BigUint64Array', () => new BigUint64Array([2n ** 40n])],
    ['a Uint8Array over a SharedArrayBuffer', () => new Uint8Array(new SharedArrayBuffer(3))],
    ['an empty Uint8Array', () => new Uint8Array(0)],
    ['a string', () => 'text'],
    ['an empty string', () => ''],
    ['a string with characters of every length', () => 'a\0ä漢🧵'],
    ['a string with half a character', () => 'a\ud83e'],
  ])('may be %s', (_, make) => writes(make))

  it.each([
    undefined,
    null,
    1,
    true,
    1n,
    {},
    [],
    [1, 2],
    () => 'a',
    new ArrayBuffer(2),
    new Date(0),
    Symbol('a'),
  ])('may not be %o', async (data) => {
    expect(await writes(() => data)).toHaveProperty('rejected')
  })

  it('may not be an object that has a toString', async () => {
    expect(await writes(() => ({ toString: () => 'text' }))).toHaveProperty('rejected')
  })
})

describe('write(string, position, encoding)', () => {
  it.each([
    ['text', 3],
    ['text', null],
    ['text', undefined],
    ['text', 3, undefined],
    ['text', 3, null],
    ['ä漢', null, 'utf8'],
    ['ä', null, 'utf-8'],
    ['ä', null, 'UTF8'],
    ['ä', null, 'latin1'],
    ['ä', null, 'binary'],
    ['ä', null, 'ascii'],
    ['ä', null, 'utf16le'],
    ['ä', null, 'ucs2'],
    ['6869', null, 'hex'],
    ['aGk=', null, 'base64'],
    ['aGk', null, 'base64url'],
    ['', 2, 'hex'],
  ])('takes %o, %o, %o', async (...args) => {
    expect(await writes(...given(args))).toHaveProperty('gave')
  })

  it('refuses hex of odd length', async () => {
    expect(await writes(...given(['686', null, 'hex']))).toHaveProperty('rejected')
  })

  it.each(['nonsense', '', 'buffer', 1, {}, true])('takes encoding %o for UTF-8', async (encoding) => {
    expect(await writes(...given(['täxt', null, encoding]))).toHaveProperty('gave')
  })
})

it('says that the file is closed before it looks at the arguments', async () => {
  for (const args of [[1], [letters(), -1], ['text', null, 'nonsense']]) {
    await expectSame(async (fs) => {
      const handle = await fs.open('/dev/null', 'w')
      await handle.close()
      return handle.write(...args)
    })
  }
})
