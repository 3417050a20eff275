import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { AbortError, TimeoutError } from 'heddle'
import { allocAligned, copyFile, open, readdir, readFile, readFiles, rm } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'

const temp = tempFolder()
const blocks = Buffer.from(Array.from({ length: 16 * 4096 }, (_, i) => (i * 7 + (i >> 12)) & 255))

describe('readMany and writeMany', () => {
  it('read parts in one submission', async () => {
    await using file = await open(temp.file(blocks))
    const extents = Array.from({ length: 200 }, (_, i) => ({ buffer: Buffer.alloc(100), position: i * 300 }))
    const counts = await file.readMany(extents)
    expect(counts).toEqual(extents.map(() => 100))
    for (const { buffer, position } of extents)
      expect(buffer.equals(blocks.subarray(position, position + 100))).toBe(true)
  })

  it('write parts in one submission', async () => {
    const path = temp.fresh()
    await using file = await open(path, 'w+')
    const extents = Array.from({ length: 16 }, (_, i) => ({
      buffer: blocks,
      offset: i * 4096,
      length: 4096,
      position: i * 4096,
    }))
    expect(await file.writeMany(extents.reverse())).toEqual(extents.map(() => 4096))
    expect(readFileSync(path).equals(blocks)).toBe(true)
  })

  it('tell what each came to, and take none', async () => {
    await using file = await open(temp.file('content'))
    const buffer = Buffer.alloc(10)
    expect(
      await file.readMany([
        { buffer, position: 5 },
        { buffer, position: 0, length: 0 },
        { buffer, position: 50 },
      ]),
    ).toEqual([2, 0, 0])
    expect(await file.readMany([])).toEqual([])
  })

  it('reject with the first error, when all have ended', async () => {
    await using file = await open(temp.file('content'))
    const buffer = Buffer.from('text')
    await expect(
      file.writeMany([
        { buffer, position: 0 },
        { buffer, position: 4 },
      ]),
    ).rejects.toMatchObject({
      code: 'EBADF',
      syscall: 'write',
    })
    await file.close()
    await expect(file.readMany([])).rejects.toHaveProperty('code', 'EBADF')
  })

  it.each([
    [undefined],
    [[undefined]],
    [[{ buffer: 'text', position: 0 }]],
    [[{ buffer: Buffer.alloc(1) }]],
    [[{ buffer: Buffer.alloc(1), position: -1 }]],
    [[{ buffer: Buffer.alloc(1), position: 0, offset: 2 }]],
    [[{ buffer: Buffer.alloc(1), position: 0, length: 2 }]],
  ])('refuse %j', async (extents) => {
    const path = temp.file('content')
    await using file = await open(path, 'r+')
    await expect(file.readMany(extents as never)).rejects.toHaveProperty(
      'code',
      expect.stringMatching(/^ERR_/),
    )
    await expect(file.writeMany(extents as never)).rejects.toHaveProperty(
      'code',
      expect.stringMatching(/^ERR_/),
    )
    expect(readFileSync(path, 'utf8')).toBe('content')
  })
})

describe('readFiles', () => {
  it('reads many, in order', async () => {
    const texts = Array.from({ length: 500 }, (_, i) => `${i} `.repeat(i))
    const bytes = await readFiles(texts.map((text) => temp.file(text)))
    expect(bytes.map(String)).toEqual(texts)
  })

  it('reads what is long, what is empty and what has no length', async () => {
    const long = Buffer.alloc(3 << 20, 'heddle ')
    const [first, second, third] = await readFiles([temp.file(long), temp.file(), '/proc/self/status'])
    expect(first?.equals(long)).toBe(true)
    expect(second?.length).toBe(0)
    expect(String(third)).toContain('Name:')
    expect(await readFiles([])).toEqual([])
  })

  it('takes paths of every kind', async () => {
    const path = temp.file('content')
    expect((await readFiles([path, Buffer.from(path), new URL(`file://${path}`)])).map(String)).toEqual(
      Array(3).fill('content'),
    )
  })

  it('fails as readFile does', async () => {
    for (const bad of [join(temp.path, 'missing'), temp.path]) {
      const paths = [temp.file('content'), bad]
      const reason = (promise: Promise<unknown>) =>
        promise.catch(({ message, code, path }) => ({ message, code, path }))
      expect(await reason(readFiles(paths))).toEqual(await reason(readFile(bad)))
    }
    await expect(readFiles('path' as never)).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    await expect(readFiles([1 as never])).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })
})

describe('open with options', () => {
  it('takes flags and mode', async () => {
    const path = temp.fresh()
    await using file = await open(path, { flags: 'wx', mode: 0o600 })
    await file.write('x')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await expect(open(path, { flags: 'wx' })).rejects.toHaveProperty('code', 'EEXIST')
    await expect(open(path, { flags: 'nonsense' })).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    await expect(open(path, { direct: 1 as never })).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })

  it('reads and writes past the page cache, with aligned memory', async () => {
    const path = temp.fresh()
    const memory = allocAligned(3 * 4096)
    memory.fill('heddle ')
    {
      await using file = await open(path, { flags: 'w+', direct: true })
      expect(await file.write(memory, 0, 8192, 0)).toHaveProperty('bytesWritten', 8192)
      const back = allocAligned(4096)
      expect(await file.read(back, { position: 4096 })).toHaveProperty('bytesRead', 4096)
      expect(back.equals(memory.subarray(4096, 8192))).toBe(true)
    }
    expect(readFileSync(path).equals(memory.subarray(0, 8192))).toBe(true)
  })
})

describe('allocAligned', () => {
  it('gives zeros of that length', () => {
    for (const bytes of [1, 4096, 4097, 1 << 20])
      expect(allocAligned(bytes).equals(Buffer.alloc(bytes))).toBe(true)
  })

  it.each([0, -1, 1.5, 2 ** 33, '1', undefined])('refuses %j', (bytes) => {
    expect(() => allocAligned(bytes as number)).toThrow(/"bytes"/)
  })
})

describe('fallocate', () => {
  it('makes room', async () => {
    const path = temp.file('content')
    await using file = await open(path, 'r+')
    await file.fallocate(0, 1 << 20, { keepSize: true })
    expect(lstatSync(path).size).toBe(7)
    await file.fallocate(0, 100_000)
    expect(lstatSync(path).size).toBe(100_000)
    await expect(file.fallocate(-1, 1)).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    await expect(file.fallocate(0, 0)).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })

  it('fails as the system says', async () => {
    await using file = await open(temp.file('content'))
    await expect(file.fallocate(0, 1)).rejects.toMatchObject({ code: 'EBADF', syscall: 'fallocate' })
  })
})

describe('a limit', () => {
  const waits = async (begin: (limits: { signal?: AbortSignal; timeout?: number }) => Promise<unknown>) => {
    const reason = new Error('why')
    const controller = new AbortController()
    const aborted = begin({ signal: controller.signal })
    controller.abort(reason)
    await expect(aborted).rejects.toBeInstanceOf(AbortError)
    await expect(aborted).rejects.toHaveProperty('cause', reason)
    await expect(begin({ signal: controller.signal })).rejects.toBeInstanceOf(AbortError)
    const late = begin({ timeout: 5 })
    await expect(late).rejects.toBeInstanceOf(TimeoutError)
    await expect(late).rejects.toHaveProperty('ms', 5)
    await expect(begin({ timeout: -1 })).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    await expect(begin({ signal: 1 as never })).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  }

  it('ends what waits for a FIFO', async () => {
    await using fifo = await open(temp.fifo(), 'r+')
    await waits((limits) => fifo.read(Buffer.alloc(1), limits))
    await waits((limits) => fifo.read({ buffer: Buffer.alloc(1), ...limits }))
    await waits((limits) => fifo.readv([Buffer.alloc(1), Buffer.alloc(1)], null, limits))
  })

  it('ends what waits for room in a FIFO', async () => {
    const path = temp.fifo()
    await using fifo = await open(path, 'r+')
    const full = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    expect(() => {
      for (;;) writeSync(full, Buffer.alloc(4096))
    }).toThrow('EAGAIN')
    closeSync(full)
    await waits((limits) => fifo.write(Buffer.alloc(10), limits))
    await waits((limits) => fifo.writev([Buffer.alloc(10)], null, limits))
  })

  it('ends the open of a FIFO', () => waits((limits) => open(temp.fifo(), { flags: 'r', ...limits })))

  it('of an operation that ends in time changes nothing, and is not watched any more', async () => {
    const { signal } = new AbortController()
    const path = temp.file('content')
    await using file = await open(path, { signal, timeout: 60_000 })
    const { buffer } = await file.read(Buffer.alloc(7), { signal, timeout: 60_000 })
    expect(String(buffer)).toBe('content')
    expect(await file.readMany([{ buffer, position: 0 }], { signal })).toEqual([7])
    await copyFile(path, temp.fresh(), constants.COPYFILE_EXCL, { signal })
    expect((await readdir(temp.path, { signal, recursive: true })).length).toBeGreaterThan(0)
    expect(await readFiles([path], { signal, timeout: 60_000 })).toHaveLength(1)
  })

  it('ends a long removal between two steps', async () => {
    const folder = temp.fresh()
    for (let i = 0; i < 20; ++i) mkdirSync(join(folder, `${i}`), { recursive: true })
    writeFileSync(join(folder, '0', 'file'), '')
    const removals = Array.from({ length: 50 }, () => {
      const controller = new AbortController()
      const removal = rm(folder, { recursive: true, force: true, signal: controller.signal })
      controller.abort()
      return removal
    })
    for (const { status, ...rest } of await Promise.allSettled(removals)) {
      if (status === 'rejected') expect(rest).toHaveProperty('reason.code', 'ABORT_ERR')
    }
    await rm(folder, { recursive: true, force: true })
    expect(usage().requests).toBe(0)
  })
})
