import { constants, createReadStream, readFileSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { AbortError } from 'heddle'
import { open, writeFile } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

/** Writes the same through both to a file with some content; what it gives, and what the file holds then. */
function writes(makeData: () => unknown, options?: unknown, before?: string) {
  return expectSame(async (fs: Fs) => {
    const path = before === undefined ? folder.fresh() : folder.file(before)
    return { gave: await fs.writeFile(path, makeData(), options), content: readFileSync(path) }
  })
}

async function* later(...parts: unknown[]) {
  for (const part of parts) yield await Promise.resolve(part)
}

describe('the data of writeFile', () => {
  it.each([
    ['a string', () => 'a\0ä漢🧵'],
    ['an empty string', () => ''],
    ['a Buffer', () => Buffer.from('bytes')],
    ['an empty Buffer', () => Buffer.alloc(0)],
    ['a part of a Uint8Array', () => new Uint8Array([65, 66, 67, 68]).subarray(1, 3)],
    ['a DataView', () => new DataView(new Uint8Array([65, 66, 67]).buffer, 1)],
    ['a Float64Array', () => new Float64Array([1.5, 2.5])],
    ['a Uint16Array', () => new Uint16Array([0x4241])],
    ['an array of strings', () => ['a', 'ä', '🧵']],
    ['an array of Buffers and strings', () => ['a', Buffer.from('b'), new Uint16Array([0x4443])]],
    ['an empty array', () => []],
    ['a Set', () => new Set(['one', 'two'])],
    ['a generator', () => ['x', 'y'].values()],
    ['an async generator', () => later('one ', Buffer.from('two '), 'three')],
    ['an async generator that has nothing', () => later()],
    ['a Readable', () => Readable.from(['one ', 'two'])],
    ['a file stream', () => createReadStream('package.json')],
    ['a web stream', () => new Blob(['web ', 'stream']).stream()],
  ])('may be %s', async (_, make) => {
    expect(await writes(make, undefined, 'before')).toHaveProperty('gave')
  })

  it.each([undefined, null, 1, true, 1n, {}, () => 'a', new ArrayBuffer(2), new Date(0), Symbol('a')])(
    'may not be %o',
    async (data) => {
      expect(await writes(() => data)).toHaveProperty('rejected')
    },
  )

  it.each([['a', 1], [null], [{}]])('may not be a sequence of other things: %o', async (...data) => {
    expect(await writes(() => data)).toHaveProperty('rejected')
    expect(await writes(() => later(...data))).toHaveProperty('rejected')
  })

  it.each([[[[1, 2]]], [['a', new ArrayBuffer(1)]], [['']], [[Buffer.alloc(0), 'b']]])(
    'may be a sequence of what Buffer.from takes: %o',
    async (data) => {
      expect(await writes(() => data)).toHaveProperty('gave')
    },
  )

  it.each([0, 1, 65_536, (8 << 20) + 1, 24 << 20])('may be %d bytes long', async (size) => {
    const path = folder.fresh()
    const bytes = Buffer.alloc(size, 'heddle ')
    await writeFile(path, bytes)
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('ends the iteration when a write fails', async () => {
    let ended = false
    const endless = (async function* () {
      try {
        for (;;) yield 'text'
      } finally {
        ended = true
      }
    })()
    await expect(writeFile('/dev/full', endless)).rejects.toHaveProperty('code', 'ENOSPC')
    expect(ended).toBe(true)
  })

  it('may fail while it is read, and then the error is that', () =>
    expectSame((fs) =>
      fs.writeFile(
        folder.fresh(),
        (function* () {
          yield 'text'
          throw new RangeError('of the data')
        })(),
      ),
    ))
})

describe('the options of writeFile', () => {
  it.each([
    undefined,
    null,
    'utf8',
    'latin1',
    'hex',
    'base64',
    'utf16le',
    {},
    { encoding: 'hex' },
    { encoding: null },
    { flag: 'a' },
    { flag: 'r+' },
    { flag: constants.O_WRONLY | constants.O_APPEND },
    { flag: undefined },
    { flush: true },
    { flush: false },
    { flush: undefined },
    { signal: undefined },
  ])('%o', async (options) => {
    expect(await writes(() => '616263', options, '0123456789')).toHaveProperty('gave')
  })

  it('give the encoding of all strings of a sequence', () => writes(() => ['6162', '63'], 'hex'))

  it.each(['wx', 'ax', 'xw+'])('flag %o makes a file', async (flag) => {
    expect(await writes(() => 'text', { flag })).toHaveProperty('gave')
  })

  it.each(['r', 'r+', 'nonsense', {}, true])('flag %o makes none', async (flag) => {
    const path = folder.fresh()
    expect(await expectSame((fs) => fs.writeFile(path, 'text', { flag }))).toHaveProperty('rejected')
  })

  it('flag wx on a file that is there', async () => {
    const path = folder.file('before')
    const outcome = await expectSame((fs) => fs.writeFile(path, 'text', { flag: 'wx' }))
    expect(outcome).toHaveProperty('rejected.shown.code', 'EEXIST')
    expect(readFileSync(path, 'utf8')).toBe('before')
  })

  it.each([0o600, 0o644, '640', undefined, null])('mode %o', (mode) =>
    expectSame(async (fs) => {
      const path = folder.fresh()
      await fs.writeFile(path, 'text', { mode })
      return statSync(path).mode
    }),
  )

  it.each([
    { encoding: 'nonsense' },
    { encoding: 1 },
    { mode: 'rw' },
    { mode: -1 },
    { mode: {} },
    { flush: 1 },
    { flush: 'true' },
    { flush: {} },
    { signal: 1 },
    { signal: 'signal' },
    { signal: {} },
    { signal: null },
  ])('not %o', (options) => expectSame((fs) => fs.writeFile('/dev/null', 'text', options)))

  it.each([1, true])('not %o', (options) => expectSame((fs) => fs.writeFile('/dev/null', 'text', options)))
})

describe('the file of writeFile', () => {
  it('may be named by a string, a Buffer or a URL', async () => {
    const path = folder.fresh()
    for (const named of [path, Buffer.from(path), pathToFileURL(path)]) {
      await writeFile(named, named.constructor.name)
      expect(readFileSync(path, 'utf8')).toBe(named.constructor.name)
    }
  })

  it('may be a FileHandle: writes where it is, and leaves it open', () =>
    expectSame(async (fs) => {
      const path = folder.file('0123456789')
      await withFile(fs, path, 'r+', async (handle) => {
        await handle.read(Buffer.alloc(2))
        await fs.writeFile(handle, 'ab')
        await fs.writeFile(handle, ['cd', Buffer.from('ef')], { flag: 'nonsense', flush: true })
        await handle.write('!')
      })
      return readFileSync(path, 'utf8')
    }))

  // Node hands on its descriptor, which is -1.
  it('may not be a closed FileHandle: EBADF', async () => {
    const handle = await open('/dev/null', 'w')
    await handle.close()
    await expect(writeFile(handle, 'text')).rejects.toMatchObject({
      message: 'file closed',
      code: 'EBADF',
      syscall: 'write',
    })
  })

  it.each([
    ['EISDIR', folder.path],
    ['ENOENT', `${folder.path}/missing/file`],
    ['ENOSPC', '/dev/full'],
  ])('may not be one that fails with %s', async (code, path) => {
    const outcome = await expectSame((fs) => fs.writeFile(path, 'text'))
    expect(outcome).toHaveProperty('rejected.shown.code', code)
  })
})

describe('writeFile with a signal', () => {
  it('fails at once when it is aborted, and makes no file', async () => {
    const path = folder.fresh()
    const signal = AbortSignal.abort(new Error('the reason'))
    const outcome = await expectSame((fs) => fs.writeFile(path, 'text', { signal }))
    expect(outcome).toMatchObject({ rejected: { name: 'AbortError', shown: { code: 'ABORT_ERR' } } })
    await expect(writeFile(path, 'text', { signal })).rejects.toBeInstanceOf(AbortError)
    expect(() => statSync(path)).toThrow('ENOENT')
  })

  it('stops between two chunks', () =>
    expectSame(async (fs) => {
      const controller = new AbortController()
      const chunks = async function* () {
        yield 'one'
        controller.abort()
        yield 'two'
      }
      await fs.writeFile(folder.fresh(), chunks(), { signal: controller.signal })
    }))
})

it('writes what a hundred callers give, each to its own file', async () => {
  const paths = Array.from({ length: 100 }, () => folder.fresh())
  await Promise.all(paths.map((path, i) => writeFile(path, `content of ${i}`)))
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(paths.map((_, i) => `content of ${i}`))
})

it('works on a handle that others use too', async () => {
  const path = folder.fresh()
  const handle = await open(path, 'a')
  await Promise.all([writeFile(handle, 'one\n'), writeFile(handle, 'two\n'), handle.write('three\n')])
  await handle.close()
  expect(readFileSync(path, 'utf8').split('\n').sort()).toEqual(['', 'one', 'three', 'two'])
})
