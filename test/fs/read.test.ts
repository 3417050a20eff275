import { appendFileSync, ftruncateSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { open } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

describe('read', () => {
  it('goes on where the last one ended, to the end and no further', () =>
    expectSame((fs: Fs) =>
      withFile(fs, folder.file('0123456789'), 'r', async (handle) => {
        const got: string[] = []
        for (let i = 0; i < 5; ++i) {
          const { bytesRead, buffer } = await handle.read(Buffer.alloc(4))
          got.push(`${bytesRead} ${buffer}`)
        }
        return got
      }),
    ))

  it('at a position does not move the file position', () =>
    expectSame((fs: Fs) =>
      withFile(fs, folder.file('0123456789'), 'r', async (handle) => {
        const got: string[] = []
        for (const position of [null, 7, null, -1, 0, null]) {
          got.push(String((await handle.read(Buffer.alloc(2), 0, 2, position)).buffer))
        }
        return got
      }),
    ))

  it('leaves the rest of the buffer as it was', () =>
    expectSame((fs: Fs) =>
      withFile(fs, folder.file('abc'), 'r', (handle) => handle.read(Buffer.alloc(12, '.'), 4, 6, 0)),
    ))

  it('finds what was appended since', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('abc')
      return withFile(fs, path, 'r', async (handle) => {
        const first = (await handle.read(Buffer.alloc(8))).bytesRead
        const atEnd = (await handle.read(Buffer.alloc(8))).bytesRead
        appendFileSync(path, 'defg')
        return [first, atEnd, await handle.read(Buffer.alloc(8))]
      })
    }))

  it('finds the end where a file was cut', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('0123456789')
      return withFile(fs, path, 'r', async (handle) => {
        truncateSync(path, 5)
        return [await handle.read(Buffer.alloc(8), 0, 8, 3), await handle.read(Buffer.alloc(8), 0, 8, 7)]
      })
    }))

  it('finds zeros in a hole', () =>
    expectSame(async (fs: Fs) => {
      const path = folder.fresh()
      ftruncateSync(openSync(path, 'w'), 1 << 20)
      return withFile(fs, path, 'r', (handle) => handle.read(Buffer.alloc(64, 1), 0, 64, 500_000))
    }))

  it.each(['/dev/zero', '/dev/null', '/proc/self/cmdline', '/proc/version', '/proc/self/environ'])(
    'of %s',
    (path) => expectSame((fs) => withFile(fs, path, 'r', (handle) => handle.read(Buffer.alloc(100, 1)))),
  )

  it('of /dev/zero may be long', async () => {
    const handle = await open('/dev/zero')
    const bytes = Buffer.alloc(8 << 20, 1)
    let filled = 0
    while (filled < bytes.length) filled += (await handle.read(bytes, filled)).bytesRead
    await handle.close()
    expect(bytes.equals(Buffer.alloc(8 << 20))).toBe(true)
  })

  it('of 32 MiB in one call is whole', async () => {
    const expected = Buffer.alloc(32 << 20, 'heddle ')
    const handle = await open(folder.file(expected))
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(expected.length), 0, expected.length, 0)
    await handle.close()
    expect(bytesRead).toBe(expected.length)
    expect(buffer.equals(expected)).toBe(true)
  })

  it('fails on a directory, with EISDIR', async () => {
    const outcome = await expectSame((fs) =>
      withFile(fs, folder.path, 'r', (handle) => handle.read(Buffer.alloc(8))),
    )
    expect(outcome).toHaveProperty('rejected.shown.code', 'EISDIR')
  })

  it('fails on a file that is open for writing, with EBADF', () =>
    expectSame((fs) => withFile(fs, folder.file(), 'w', (handle) => handle.read(Buffer.alloc(8)))))

  it('has a stack that leads to the caller', async () => {
    const handle = await open(folder.path)
    const error = await handle.read(Buffer.alloc(8)).catch((thrown: Error) => thrown)
    await handle.close()
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).stack).toContain('EISDIR: illegal operation on a directory, read')
  })
})

describe('read from a FIFO', () => {
  it('waits for something to come, and gives what there is', async () => {
    const path = folder.fifo()
    const reader = await open(path, 'r+')
    const reading = reader.read(Buffer.alloc(100))
    const writer = openSync(path, 'w')
    writeSync(writer, 'something')
    const { bytesRead, buffer } = await reading
    expect(String(buffer.subarray(0, bytesRead))).toBe('something')
    await reader.close()
  })

  it('ends when the last writer goes', async () => {
    const path = folder.fifo()
    const [reader, writer] = await Promise.all([open(path, 'r'), open(path, 'w')])
    const reading = reader.read(Buffer.alloc(8))
    await writer.close()
    expect((await reading).bytesRead).toBe(0)
    await reader.close()
  })

  it('gives every byte once, to many reads in flight', async () => {
    const path = folder.fifo()
    const reader = await open(path, 'r+')
    const reads = Array.from({ length: 64 }, () => reader.read(Buffer.alloc(1)))
    const writer = openSync(path, 'w')
    const sent = Array.from({ length: 64 }, (_, i) => i)
    for (const byte of sent) writeSync(writer, Uint8Array.of(byte))
    const got = (await Promise.all(reads)).map(({ buffer }) => buffer[0])
    await reader.close()
    expect(got.sort((a, b) => Number(a) - Number(b))).toEqual(sent)
  })

  it('opens for reading and for writing at once', async () => {
    const path = folder.fifo()
    const [reader, writer] = await Promise.all([open(path, 'r'), open(path, 'w')])
    await writer.write('text')
    expect(String((await reader.read(Buffer.alloc(4))).buffer)).toBe('text')
    await Promise.all([reader.close(), writer.close()])
  })
})

it('reads what was written elsewhere, byte for byte', async () => {
  const handle = await open(process.execPath)
  const expected = readFileSync(process.execPath)
  const parts: Promise<{ buffer: Buffer }>[] = []
  const size = 1 << 20
  for (let at = 0; at < expected.length; at += size) {
    const length = Math.min(size, expected.length - at)
    parts.push(handle.read(Buffer.alloc(length), 0, length, at))
  }
  const got = Buffer.concat((await Promise.all(parts)).map(({ buffer }) => buffer))
  await handle.close()
  expect(got.equals(expected)).toBe(true)
})
