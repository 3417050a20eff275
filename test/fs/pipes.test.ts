import { once } from 'node:events'
import { open } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs } from '../fixtures/both.ts'
import { outcomeOf } from '../fixtures/outcome.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

/** More than a pipe holds. */
const much = Buffer.alloc(300_000, 'heddle ')

async function ends() {
  const path = folder.fifo()
  const [reader, writer] = await Promise.all([open(path, 'r'), open(path, 'w')])
  return { reader, writer }
}

async function everything(reader: Awaited<ReturnType<typeof open>>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of reader.createReadStream()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('a pipe whose reader is slower', () => {
  it('gets all of a write, in one or in several buffers', async () => {
    for (const buffers of [undefined, [much.subarray(0, 7), much.subarray(7, 7), much.subarray(7)]]) {
      const { reader, writer } = await ends()
      const read = everything(reader)
      const { bytesWritten } = await (buffers === undefined ? writer.write(much) : writer.writev(buffers))
      expect(bytesWritten).toBe(much.length)
      await writer.close()
      expect((await read).equals(much)).toBe(true)
    }
  })

  it('gets all of a stream', async () => {
    const { reader, writer } = await ends()
    const read = everything(reader)
    const stream = writer.createWriteStream()
    for (let at = 0; at < much.length; at += 70_000) stream.write(much.subarray(at, at + 70_000))
    stream.end()
    await once(stream, 'close')
    expect((await read).equals(much)).toBe(true)
  })

  it('says how much it took when it goes away in the middle of a write', async () => {
    const { reader, writer } = await ends()
    const writing = writer.write(much)
    await reader.read(Buffer.alloc(10))
    await reader.close()
    const { bytesWritten } = await writing
    expect(bytesWritten).toBeGreaterThan(0)
    expect(bytesWritten).toBeLessThan(much.length)
    expect(await outcomeOf(() => writer.write('more'))).toMatchObject({
      rejected: { shown: { code: 'EPIPE' } },
    })
    await writer.close()
  })

  it('can be waited for no longer: what it took counts', async () => {
    const { reader, writer } = await ends()
    const abort = new AbortController()
    const writing = outcomeOf(() => writer.write(much, { signal: abort.signal }))
    // It has begun when there is something to read.
    await reader.read(Buffer.alloc(10))
    abort.abort()
    const ended = await writing
    if ('gave' in ended)
      expect((ended.gave as { bytesWritten: number }).bytesWritten).toBeLessThan(much.length)
    else expect(ended).toMatchObject({ rejected: { shown: { code: 'ABORT_ERR' } } })
    await Promise.all([reader.close(), writer.close()])
  })
})

it('there is no position in a pipe', () =>
  expectSame(async (fs: Fs) => {
    const handle = await fs.open(folder.fifo(), 'r+')
    const outcomes = [
      await outcomeOf(() => handle.write('xy', 5)),
      await outcomeOf(() => handle.write(Buffer.from('xy'), 0, 2, 0)),
      await outcomeOf(() => handle.writev([Buffer.from('q')], 5)),
      await outcomeOf(() => handle.read(Buffer.alloc(2), 0, 2, 0)),
      await outcomeOf(() => handle.readv([Buffer.alloc(1)], 1)),
    ]
    await handle.close()
    return outcomes
  }))
