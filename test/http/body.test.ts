import { get } from 'heddle/http'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { httpServer, pattern, rawServer, saying } from './server.ts'

const MiB = 1 << 20

describe.each([
  ['a length', (bytes: Buffer) => ({ 'content-length': bytes.length })],
  ['chunks', () => ({ 'transfer-encoding': 'chunked' })],
  ['the end of the connection', () => ({ connection: 'close' })],
])('a body with %s', (kind, headersOf) => {
  it.each([0, 1, 4095, 4096, 16_384, 65_536, 65_537, MiB + 1, 5 * MiB + 3])('of %i bytes', async (length) => {
    const content = pattern(length)
    const url = await httpServer((_, response) => {
      response.useChunkedEncodingByDefault = kind === 'chunks'
      response.writeHead(200, headersOf(content)).end(content)
    })
    const client = freshClient()
    const inOne = await (await client.get(url)).bytes()
    expect(content.equals(inOne)).toBe(true)

    const parts: Uint8Array[] = []
    for await (const part of await client.get(url)) parts.push(part)
    expect(content.equals(Buffer.concat(parts))).toBe(true)

    const into = Buffer.alloc(length + 10, 0x2e)
    const response = await client.get(url, { into })
    expect(response.bytesInto).toBe(length)
    expect(content.equals(into.subarray(0, length))).toBe(true)
    expect(into.subarray(length).toString()).toBe('..........')
    expect(usage().httpResponses).toBe(0)
  })
})

it('gives text and JSON', async () => {
  const url = await httpServer((request, response) => {
    response.end(request.url === '/json' ? '{"a":[1,"ä"]}' : 'grüße')
  })
  expect(await (await get(url)).text()).toBe('grüße')
  expect(await (await get(`${url}/json`)).json()).toEqual({ a: [1, 'ä'] })
  expect(await errorOf((await get(url)).json())).toBeInstanceOf(SyntaxError)
})

it('can be read once', async () => {
  const url = await httpServer((_, response) => response.end('text'))
  const response = await get(url)
  expect(response.bodyUsed).toBe(false)
  await response.bytes()
  expect(response.bodyUsed).toBe(true)
  for (const again of [response.bytes(), response.text(), response.into(new Uint8Array(9))]) {
    expect(await errorOf(again)).toMatchObject({ name: 'HttpError', code: 'ERR_HEDDLE_HTTP_BODY_USED' })
  }
})

describe('into', () => {
  it.each([
    ['a length', 'Content-Length: 100\r\n\r\n', 100],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n', 100],
  ])('a buffer that is too small for %s is refused', async (kind, rest, length) => {
    const body = kind === 'chunks' ? `64\r\n${'b'.repeat(length)}\r\n0\r\n\r\n` : 'b'.repeat(length)
    // The head first, so that the body is not there with it.
    const { url } = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`)
      setImmediate(() => socket.write(body))
    })
    const client = freshClient()
    const error = await errorOf(client.get(url, { into: new Uint8Array(length - 1) }))
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_HTTP_BODY_LIMIT' })
    expect((await client.get(url, { into: new Uint8Array(length) })).bytesInto).toBe(length)
    expect(usage().httpResponses).toBe(0)
  })

  it('is for responses of success alone', async () => {
    const url = await httpServer((_, response) => response.writeHead(404).end('not here'))
    const into = Buffer.alloc(20, 0x2e)
    const response = await get(url, { into })
    expect(response).toMatchObject({ status: 404, ok: false, bytesInto: undefined })
    expect(into.toString()).toBe('.'.repeat(20))
    expect(await response.text()).toBe('not here')
  })

  it('takes a part of a buffer, of any element type', async () => {
    const url = await httpServer((_, response) => response.end('12345678'))
    const whole = new Float64Array(3).fill(-1)
    await get(url, { into: whole.subarray(1, 2) })
    expect([whole[0], whole[2]]).toEqual([-1, -1])
    expect(Buffer.from(whole.buffer, 8, 8).toString()).toBe('12345678')
    await expect(get(url, { into: {} as Uint8Array })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  it('a target that is none leaves no response open, whenever it becomes that', async () => {
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
    })
    const client = freshClient()
    const { signal } = new AbortController()
    const bad = client.get(server.url, { into: 'text' as never, signal })
    expect(await errorOf(bad)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(server.sockets).toHaveLength(0)
    const into = new Uint8Array(100_000)
    const getting = client.get(server.url, { into, signal })
    structuredClone(into, { transfer: [into.buffer] })
    expect(await errorOf(getting)).toBeInstanceOf(TypeError)
    await turn()
    expect(usage()).toMatchObject({ httpResponses: 0, requests: 0 })
  })

  it('keeps the memory of a buffer that is transferred meanwhile', async () => {
    const { url, sockets } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
    })
    const client = freshClient()
    const response = await client.get(url)
    const into = new Uint8Array(100_000)
    const filling = response.into(into)
    await new Promise((resolve) => setImmediate(resolve))
    structuredClone(into.buffer, { transfer: [into.buffer] })
    sockets[0]?.write(Buffer.alloc(100_000, 1))
    expect(await filling).toBe(100_000)
  })
})

it('is not read before it is asked for', async () => {
  let sent = 0
  const block = Buffer.alloc(MiB)
  const url = await httpServer((_, response) => {
    const more = () => {
      while (sent < 64 && response.write(block)) ++sent
      if (sent === 64) response.end()
    }
    response.on('drain', () => {
      ++sent
      more()
    })
    more()
  })
  const client = freshClient()
  const response = await client.get(url)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(sent).toBeLessThan(64)
  let bytes = 0
  for await (const chunk of response) bytes += chunk.length
  expect(bytes).toBe(64 * MiB)
})

it('that is left in the midst of it is given up', async () => {
  const url = await httpServer((_, response) => {
    response.writeHead(200)
    response.on('error', () => undefined)
    for (let i = 0; i < 100; ++i) response.write(Buffer.alloc(65_536))
  })
  const client = freshClient()
  for await (const chunk of await client.get(url)) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  const response = await client.get(url)
  const reading = response.bytes()
  await response.cancel()
  expect(await errorOf(reading)).toMatchObject({ name: 'AbortError' })
  {
    await using unread = await client.get(url)
    expect(unread.status).toBe(200)
  }
  await turn()
  expect(usage().httpResponses).toBe(0)
})

it('that is no UTF-8 becomes text all the same', async () => {
  const { url } = await saying(
    Buffer.concat([
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'),
      Buffer.from([0x61, 0xff, 0x62]),
    ]),
  )
  expect(await (await freshClient().get(url)).text()).toBe('a\ufffdb')
})
