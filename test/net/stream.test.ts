import { randomBytes } from 'node:crypto'
import { capabilities } from 'heddle'
import { Server, Socket } from 'heddle/net'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { hasSettled } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { loopback, overfill, pair, portOf, readAll } from './pair.ts'

const folder = tempFolder()

/** As docs/net.md promises it; before Linux 6.17, a ring can't be told when to stop. */
function mostAhead(highWaterMark: number): number {
  const { kernel, io } = capabilities()
  const [major = 0, minor = 0] = kernel.split('.').map(Number)
  const limited = io.backend === 'fallback' || major > 6 || (major === 6 && minor >= 17)
  return limited ? 2 * highWaterMark + (16 << 10) : 10 << 20
}

describe('a connection', () => {
  it('carries text and bytes both ways', async () => {
    await using both = await pair()
    const { near, far } = both
    expect(near).toBeInstanceOf(Socket)
    expect(both.server).toBeInstanceOf(Server)
    await near.write('hällo')
    expect((await far.read())?.toString()).toBe('hällo')
    await far.write(new Uint16Array([0x6261]))
    expect((await near.read())?.toString()).toBe('ab')
    await far.write(new DataView(new ArrayBuffer(2)))
    expect(await near.read()).toEqual(Buffer.alloc(2))
    await near.write('')
    await near.write('after nothing')
    expect(String(await far.read())).toBe('after nothing')
  })

  it('knows its addresses', async () => {
    await using both = await pair()
    const port = portOf(both.server)
    expect(both.server.address).toEqual({ address: loopback, family: 'IPv4', port })
    expect(both.near.remoteAddress).toEqual({ address: loopback, family: 'IPv4', port })
    expect(both.far.localAddress).toEqual(both.near.remoteAddress)
    expect(both.far.remoteAddress).toEqual(both.near.localAddress)
    await both.near.close()
    expect(both.near.localAddress).toBeUndefined()
    expect(both.near.remoteAddress).toBeUndefined()
  })

  it('over a UNIX socket, whose path goes with the server', async () => {
    const path = folder.fresh('socket')
    {
      await using both = await pair({ path })
      expect(both.server.address).toBe(path)
      expect(both.near.remoteAddress).toBe(path)
      await both.near.write('local')
      expect(String(await both.far.read())).toBe('local')
    }
    await using again = await pair({ path })
    expect(again.server.address).toBe(path)
  })

  it('over an abstract UNIX socket', async () => {
    await using both = await pair({ path: `\0heddle-${process.pid}-${process.hrtime.bigint()}` })
    await both.near.write('abstract')
    expect(String(await both.far.read())).toBe('abstract')
  })

  it('over IPv6', async () => {
    await using both = await pair({ host: '::1' }).catch(() => pair())
    await both.far.write('six')
    expect(String(await both.near.read())).toBe('six')
  })
})

describe('the end of the stream', () => {
  it('is null, again and again, and the other direction stays open', async () => {
    await using both = await pair()
    await both.near.end('last words')
    expect(String(await both.far.read())).toBe('last words')
    expect(await both.far.read()).toBeNull()
    expect(await both.far.read()).toBeNull()
    expect(await both.far.readInto(Buffer.alloc(1))).toBe(0)
    await both.far.write('answer')
    expect(String(await both.near.read())).toBe('answer')
  })

  it('comes to reads that wait', async () => {
    await using both = await pair()
    const reads = [both.far.read(), both.far.readInto(Buffer.alloc(8)), both.far.read()]
    expect(await hasSettled(reads[0] as Promise<unknown>)).toBe(false)
    await both.near.end()
    expect(await Promise.all(reads)).toEqual([null, 0, null])
  })

  it('comes after everything that was written, also what had to wait', async () => {
    await using both = await pair()
    const sent = randomBytes(5 << 20)
    const written = both.near.write(sent)
    const ended = both.near.end()
    expect(both.near.writableBytes).toBeGreaterThan(0)
    expect((await readAll(both.far)).equals(sent)).toBe(true)
    await Promise.all([written, ended])
    expect(both.near.writableBytes).toBe(0)
  })
})

describe('reads', () => {
  it('that wait are served in order', async () => {
    await using both = await pair()
    const into = Buffer.alloc(3)
    const reads = [both.far.read(), both.far.readInto(into), both.far.read()] as const
    await both.near.write('one')
    expect(String(await reads[0])).toBe('one')
    await both.near.write('twothree')
    expect(await reads[1]).toBe(3)
    expect(into.toString()).toBe('two')
    expect(String(await reads[2])).toBe('three')
  })

  it('into memory take what fits, and leave the rest', async () => {
    await using both = await pair()
    await both.near.write('abcdefgh')
    const words = new Uint16Array(2)
    expect(await both.far.readInto(words)).toBe(4)
    expect(Buffer.from(words.buffer).toString()).toBe('abcd')
    expect(await both.far.readInto(Buffer.alloc(0))).toBe(0)
    const rest = Buffer.alloc(16)
    expect(await both.far.readInto(rest)).toBe(4)
    expect(rest.toString('latin1', 0, 4)).toBe('efgh')
  })

  it('does not take memory that was detached meanwhile for the end of the stream', async () => {
    await using both = await pair()
    const into = new Uint8Array(8)
    const waiting = both.far.readInto(into)
    structuredClone(into.buffer, { transfer: [into.buffer] })
    await both.near.write('kept')
    await expect(waiting).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    expect(String(await both.far.read())).toBe('kept')
  })

  it('give bytes that are the reader’s own', async () => {
    await using both = await pair()
    await both.near.write('first')
    const first = await both.far.read()
    for (let i = 0; i < 2000; ++i) {
      await both.near.write('other')
      await both.far.read()
    }
    expect(String(first)).toBe('first')
  })
})

describe('iteration', () => {
  it('goes on after it was left early', async () => {
    await using both = await pair()
    await both.near.write('one')
    for await (const chunk of both.far) {
      expect(chunk.toString()).toBe('one')
      break
    }
    await both.near.end('two')
    expect(String(await readAll(both.far))).toBe('two')
  })
})

describe('back-pressure', () => {
  it('bounds what waits for the reader, and nothing is lost', async () => {
    await using both = await pair({ highWaterMark: 100_000 })
    const sent = randomBytes(24 << 20)
    const written = both.near.write(sent)
    const chunks: Buffer[] = []
    let most = 0
    for await (const chunk of both.far) {
      chunks.push(chunk)
      most = Math.max(most, both.far.readableBytes)
      if (chunks.length % 16 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (chunks.reduce((sum, { length }) => sum + length, 0) === sent.length) break
    }
    await written
    expect(Buffer.concat(chunks).equals(sent)).toBe(true)
    expect(most).toBeLessThanOrEqual(mostAhead(100_000))
  })

  it.each([1000, 20_000, 64 << 10, 1_000_000])(
    'takes no more than is promised from a peer that was quiet before it floods: highWaterMark %i',
    async (highWaterMark) => {
      await using both = await pair({ highWaterMark })
      for (let i = 0; i < 20; ++i) {
        await both.near.write('x')
        await both.far.read()
      }
      const first = both.far.read()
      const { write } = overfill(both.near)
      await first
      let most = 0
      let before: number
      do {
        before = both.far.readableBytes
        for (let i = 0; i < 20; ++i) await turn()
        most = Math.max(most, both.far.readableBytes)
      } while (both.far.readableBytes !== before)
      expect(most).toBeLessThanOrEqual(mostAhead(highWaterMark))
      await both.far.close()
      await expect(write).rejects.toThrow()
    },
  )

  it('holds the writer back', async () => {
    await using both = await pair()
    const { write, bytes } = overfill(both.near)
    const late = both.near.write('behind')
    expect(await hasSettled(write)).toBe(false)
    expect(both.near.writableBytes).toBeGreaterThan(0)
    let seen = 0
    for await (const chunk of both.far) {
      seen += chunk.length
      if (seen === bytes + 6) break
    }
    await Promise.all([write, late])
    expect(seen).toBe(bytes + 6)
    expect(both.near.writableBytes).toBe(0)
  })
})

it('bytes that come one by one are counted with what keeps them', async () => {
  await using both = await pair({ highWaterMark: 8 << 10 })
  const first = both.far.read()
  const count = 400
  for (let i = 0; i < count; ++i) {
    await both.near.write('x')
    await turn()
    await first
  }
  expect(both.far.readableBytes).toBeLessThan(100)
  await both.near.end()
  expect((await readAll(both.far)).length).toBe(count - 1)
})
