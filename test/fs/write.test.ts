import { appendFileSync, readFileSync, truncateSync } from 'node:fs'
import { open, readFile } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, withFile } from '../fixtures/both.ts'
import { outcomeOf } from '../fixtures/outcome.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

describe('write', () => {
  it('goes on where the last one ended', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.file()
      await withFile(fs, path, 'w', async (handle) => {
        for (const part of ['one ', 'two ', 'three']) await handle.write(part)
      })
      return readFileSync(path, 'utf8')
    }))

  it('at a position does not move the file position', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('0123456789')
      await withFile(fs, path, 'r+', async (handle) => {
        await handle.write('ab')
        await handle.write('XY', 6)
        await handle.write('cd')
      })
      return readFileSync(path, 'utf8')
    }))

  it('past the end leaves a hole', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('start')
      await withFile(fs, path, 'r+', (handle) => handle.write('end', 4096))
      return readFileSync(path)
    }))

  it('appends, wherever the position is and whatever else was appended', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('start ')
      await withFile(fs, path, 'a', async (handle) => {
        await handle.write('one ')
        appendFileSync(path, 'between ')
        await handle.write(Buffer.from('two '), 0, 4, 0)
        truncateSync(path, 6)
        await handle.write('three')
      })
      return readFileSync(path, 'utf8')
    }))

  it('of 32 MiB is whole', async () => {
    const path = folder.file()
    const bytes = Buffer.alloc(32 << 20, 'heddle ')
    const handle = await open(path, 'w+')
    try {
      let written = 0
      while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten
      expect(bytes.equals(await readFile(path))).toBe(true)
    } finally {
      await handle.close()
    }
  })

  it('may be in flight a thousand times, each at its place', async () => {
    const path = folder.file()
    const handle = await open(path, 'w')
    const parts = Array.from({ length: 1000 }, (_, i) => String(i).padStart(8, '0'))
    const results = await Promise.all(parts.map((part, i) => handle.write(part, i * 8)))
    await handle.close()
    expect(results.every(({ bytesWritten }) => bytesWritten === 8)).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe(parts.join(''))
  })

  it('uses the bytes that are in the buffer when the turn of the event loop ends', async () => {
    const path = folder.file()
    const handle = await open(path, 'w')
    const bytes = Buffer.from('mine')
    await handle.write(bytes)
    bytes.fill('x')
    await handle.close()
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })
})

describe('write fails as the system says', () => {
  it('with ENOSPC on /dev/full', async () => {
    const outcome = await expectSame((fs) => withFile(fs, '/dev/full', 'w', (handle) => handle.write('text')))
    expect(outcome).toHaveProperty('rejected.shown.code', 'ENOSPC')
  })

  it('with EBADF on a file that is open for reading', () =>
    expectSame((fs) => withFile(fs, folder.file(), 'r', (handle) => handle.write('text'))))

  it('with EFBIG past the longest file', () =>
    expectSame((fs) =>
      withFile(fs, folder.file(), 'r+', (handle) => handle.write('text', Number.MAX_SAFE_INTEGER)),
    ))

  it('with EPIPE where nobody reads', async () => {
    const path = folder.fifo()
    const reader = await open(path, 'r+')
    const writer = await open(path, 'w')
    await reader.close()
    expect(await outcomeOf(() => writer.write('text'))).toMatchObject({
      rejected: {
        message: 'EPIPE: broken pipe, write',
        shown: { code: 'EPIPE', errno: -32, syscall: 'write' },
      },
    })
    await writer.close()
  })
})

describe('write to a FIFO', () => {
  it('waits until there is room', async () => {
    const fifo = await open(folder.fifo(), 'r+')
    const bytes = Buffer.alloc(1 << 20, 'heddle ')
    const received: Buffer[] = []
    const writing = (async () => {
      let written = 0
      while (written < bytes.length) written += (await fifo.write(bytes, written)).bytesWritten
    })()
    for (let total = 0; total < bytes.length; ) {
      const { bytesRead, buffer } = await fifo.read(Buffer.alloc(50_000))
      received.push(buffer.subarray(0, bytesRead))
      total += bytesRead
    }
    await writing
    await fifo.close()
    expect(Buffer.concat(received).equals(bytes)).toBe(true)
  })
})
