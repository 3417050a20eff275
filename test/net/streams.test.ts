import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { toDuplex, toWebStreams } from 'heddle/net'
import { describe, expect, it, vi } from 'vitest'
import { addon } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { overfill, pair, readAll } from './pair.ts'

describe('as a Duplex', () => {
  it('echoes through a pipeline, to the end', async () => {
    await using both = await pair()
    const stream = toDuplex(both.far)
    const echoed = pipeline(stream, new PassThrough(), stream)
    const sent = randomBytes(1 << 20)
    const written = both.near.end(sent)
    expect((await readAll(both.near)).equals(sent)).toBe(true)
    await Promise.all([written, echoed])
    expect(both.far.closed).toBe(true)
  })

  it('writes what was corked in one piece', async () => {
    await using both = await pair()
    const stream = toDuplex(both.near)
    stream.cork()
    stream.write('one ')
    stream.write('two ')
    stream.end('three')
    stream.uncork()
    expect(String(await readAll(both.far))).toBe('one two three')
    stream.destroy()
  })

  it('is destroyed with the error of the socket, and closes it', async () => {
    await using both = await pair()
    const stream = toDuplex(both.near)
    stream.resume()
    const failed = new Promise((resolve) => stream.once('error', resolve))
    await both.near.close()
    expect(await failed).toMatchObject({ code: 'ERR_HEDDLE_CLOSED' })
    const other = toDuplex(both.far)
    other.destroy()
    await new Promise((resolve) => other.once('close', resolve))
    expect(both.far.closed).toBe(true)
  })
})

describe('as streams of the web', () => {
  it('echo, to the end', async () => {
    await using both = await pair()
    const { readable, writable } = toWebStreams(both.far)
    const echoed = readable.pipeTo(writable)
    const sent = randomBytes(300_000)
    const written = both.near.end(sent)
    expect((await readAll(both.near)).equals(sent)).toBe(true)
    await Promise.all([written, echoed])
    expect(both.far.closed).toBe(true)
  })

  it('close the socket when both directions have ended, in either order', async () => {
    for (const first of ['reading', 'writing'] as const) {
      await using both = await pair()
      const { readable, writable } = toWebStreams(both.far)
      const reader = readable.getReader()
      if (first === 'writing') await writable.close()
      expect(both.far.closed).toBe(false)
      await both.near.end()
      expect(await reader.read()).toMatchObject({ done: true })
      if (first === 'reading') {
        expect(both.far.closed).toBe(false)
        await writable.close()
      }
      expect(both.far.closed).toBe(true)
    }
  })

  it('fill the memory that a reader brings', async () => {
    await using both = await pair()
    const { readable, writable } = toWebStreams(both.far)
    const reader = readable.getReader({ mode: 'byob' })
    await both.near.write('into')
    const { value } = await reader.read(new Uint8Array(8))
    expect(Buffer.from(value as Uint8Array).toString()).toBe('into')
    await both.near.end()
    expect(await reader.read(new Uint8Array(8))).toMatchObject({ done: true })
    await writable.close()
    expect(await both.near.read()).toBeNull()
  })

  it('close the socket when they are cancelled or aborted', async () => {
    for (const end of ['cancel', 'abort'] as const) {
      await using both = await pair()
      const { readable, writable } = toWebStreams(both.far)
      if (end === 'cancel') await readable.cancel()
      else await writable.abort()
      expect(both.far.closed).toBe(true)
    }
  })
})

describe('writev', () => {
  it('joins parts', async () => {
    await using both = await pair()
    await both.near.writev(['head ', Buffer.from('body '), new Uint16Array([0x2121])])
    expect(String(await both.far.read())).toBe('head body !!')
    await both.near.writev([])
    expect(await errorOf(both.near.writev([1 as never]))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(await errorOf(both.near.writev('text' as never))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  it('joins many small parts, and leaves large ones as they are', async () => {
    await using both = await pair()
    const small = Array.from({ length: 100_000 }, (_, i) => Buffer.alloc(100, i))
    const parts = [...small.slice(0, 50_000), randomBytes(200_000), '', ...small.slice(50_000)]
    const send = vi.spyOn(addon, 'send')
    const reading = readAll(both.far)
    const written = both.near.writev(parts)
    expect(send.mock.calls.length).toBeLessThan(200)
    send.mockRestore()
    await Promise.all([written, both.near.end()])
    expect((await reading).equals(Buffer.concat(parts.map((part) => Buffer.from(part))))).toBe(true)
  })

  it('keeps large parts in order, behind what waits', async () => {
    await using both = await pair()
    const { write, bytes } = overfill(both.near)
    const parts = [randomBytes(200_000), randomBytes(10), randomBytes(300_000)]
    const written = both.near.writev(parts)
    const ended = both.near.end()
    const all = await readAll(both.far)
    expect(all.subarray(bytes).equals(Buffer.concat(parts))).toBe(true)
    await Promise.all([write, written, ended])
  })
})
