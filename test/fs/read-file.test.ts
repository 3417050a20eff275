import { constants, openSync, readFileSync, symlinkSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { AbortError } from 'heddle'
import { open, readFile, writeFile } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, heddleFs, nodeFs, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()
const bytes = Buffer.from('a\0ä漢🧵\xff')
const file = folder.file(bytes)

describe('readFile', () => {
  it.each([
    undefined,
    null,
    {},
    'utf8',
    'utf-8',
    'UTF8',
    'latin1',
    'binary',
    'ascii',
    'hex',
    'base64',
    'base64url',
    'utf16le',
    'ucs2',
    { encoding: null },
    { encoding: undefined },
    { encoding: 'utf8' },
    { encoding: 'hex', flag: 'r' },
    { flag: 'r+' },
    { flag: constants.O_RDONLY },
    { flag: 'a+' },
    { flag: undefined },
    { flag: null },
    { signal: undefined },
  ])('with %o', (options) => expectSame((fs) => fs.readFile(file, options)))

  it('of names as strings, Buffers and URLs', async () => {
    for (const path of [file, Buffer.from(file), pathToFileURL(file)]) {
      expect((await readFile(path)).equals(bytes)).toBe(true)
    }
  })

  it.each([0, 1, 16_384, 65_535, 65_536, 65_537, 512 * 1024, 512 * 1024 + 1, (8 << 20) + 3, 24 << 20])(
    'of %d bytes',
    async (size) => {
      const expected = Buffer.alloc(size, 'heddle ')
      expect(expected.equals(await readFile(folder.file(expected)))).toBe(true)
    },
  )

  it('of files whose size the system does not know', async () => {
    for (const path of ['/proc/version', '/proc/self/cmdline', '/dev/null', '/proc/kallsyms']) {
      expect((await readFile(path)).equals(readFileSync(path))).toBe(true)
    }
  })

  it('makes the file when the flag says so', () =>
    expectSame(async (fs) => String(await fs.readFile(folder.fresh(), { flag: 'w+' }))))

  it('does not share memory with other Buffers', async () => {
    const [one, two] = await Promise.all([readFile(file), readFile(file)])
    expect(one.buffer).not.toBe(two.buffer)
  })

  it('of a hundred files at once', async () => {
    const files = Array.from({ length: 100 }, (_, i) => folder.file(`content of ${i}`))
    const contents = await Promise.all(files.map((path) => readFile(path, 'utf8')))
    expect(contents).toEqual(files.map((_, i) => `content of ${i}`))
  })
})

describe('readFile of a FileHandle', () => {
  it('starts where it is, goes to the end, and leaves it open', () =>
    expectSame((fs) =>
      withFile(fs, file, 'r', async (handle) => {
        await handle.read(Buffer.alloc(3))
        const rest = await fs.readFile(handle)
        return [rest, await fs.readFile(handle, 'utf8'), await handle.read(Buffer.alloc(1), 0, 1, 0)]
      }),
    ))

  it('ignores the flag', () =>
    expectSame((fs) => withFile(fs, file, 'r', (handle) => fs.readFile(handle, { flag: 'nonsense' }))))

  // Node 20 to 26 say that a descriptor of -1 is out of range.
  it('fails when it is closed, with EBADF', async () => {
    const handle = await open(file)
    await handle.close()
    await expect(readFile(handle)).rejects.toMatchObject({
      message: 'file closed',
      code: 'EBADF',
      syscall: 'read',
    })
  })

  it('reads a FIFO to its end', async () => {
    const path = folder.fifo()
    const [reader, writer] = await Promise.all([open(path), open(path, 'w')])
    const reading = readFile(reader, 'utf8')
    for (let i = 0; i < 3; ++i) await writeFile(writer, `${i}`.repeat(100_000))
    await writer.close()
    expect(await reading).toBe('0'.repeat(100_000) + '1'.repeat(100_000) + '2'.repeat(100_000))
    await reader.close()
  })
})

describe('readFile fails', () => {
  it.each([
    ['nonsense', {}],
    ['an encoding', { encoding: 'nonsense' }],
    ['a number for an encoding', { encoding: 1 }],
    ['a flag', { flag: 'nonsense' }],
    ['a flag of another type', { flag: {} }],
  ])('for %s', (what, options) =>
    expectSame((fs) => fs.readFile(file, Object.keys(options).length === 0 ? what : options)),
  )

  it.each([1, true, Symbol('utf8')])('for options %o', (options) =>
    expectSame((fs) => fs.readFile(file, options)),
  )

  it.each([
    ['ENOENT', `${file}-missing`, 'r'],
    ['ENOTDIR', `${file}/inner`, 'r'],
    ['ENOENT', '', 'r'],
  ])('with %s', async (code, path, flag) => {
    const outcome = await expectSame((fs) => fs.readFile(path, { flag }))
    expect(outcome).toHaveProperty('rejected.shown.code', code)
  })

  // Node 26 adds the path to these.
  it.each([
    ['EISDIR', folder.path, 'r'],
    ['EBADF', folder.file(), 'w'],
  ])('with %s where it can be opened and not read', async (code, path, flag) => {
    await expect(nodeFs.readFile(path, { flag })).rejects.toMatchObject({ code, syscall: 'read' })
    await expect(heddleFs.readFile(path, { flag })).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^${code}: .*, read$`)),
      code,
      syscall: 'read',
    })
  })

  it('with ELOOP', () => {
    const loop = folder.fresh()
    symlinkSync(loop, loop)
    return expectSame((fs) => fs.readFile(loop))
  })

  it.each([undefined, null, {}, [], true])('for a path that is %o', (path) =>
    expectSame((fs) => fs.readFile(path)),
  )
})

describe('readFile with a signal', () => {
  it('fails at once when it is aborted', async () => {
    const signal = AbortSignal.abort('the reason')
    const outcome = await expectSame((fs) => fs.readFile(`${file}-missing`, { signal }))
    expect(outcome).toMatchObject({
      rejected: { name: 'AbortError', shown: { code: 'ABORT_ERR', cause: 'the reason' } },
    })
    await expect(readFile(file, { signal })).rejects.toBeInstanceOf(AbortError)
  })

  it('stops between two parts', async () => {
    const path = folder.fifo()
    const handle = await open(path, 'r+')
    const writer = openSync(path, 'w')
    const controller = new AbortController()
    const reading = readFile(handle, { signal: controller.signal })
    const rejected = expect(reading).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    writeSync(writer, 'something')
    controller.abort()
    await rejected
    await handle.close()
  })

  it.each([1, 'signal', {}, null, () => 0])('refuses %o for one', (signal) =>
    expectSame((fs) => fs.readFile(file, { signal })),
  )

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    await readFile(file, { signal })
    expect(listeners).toBe(0)
  })
})
