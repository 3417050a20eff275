import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { bodyOf, httpServer, pattern, type RawServer, rawServer, until } from './server.ts'

/** V8 makes the pages of what a buffer loses inaccessible: whoever copies there or from there in user space dies. */
type Resizable = ArrayBuffer & { resize(bytes: number): void }

function resizable(bytes: number): Resizable {
  const Constructor = ArrayBuffer as unknown as new (length: number, options: object) => Resizable
  return new Constructor(bytes, { maxByteLength: bytes })
}

const kinds = ['chunks', 'a length', 'the end of the connection'] as const

/** A server that sends the head, and a body of 10 bytes when it is told to. */
async function inTwoParts(kind: (typeof kinds)[number]): Promise<RawServer & { body: () => void }> {
  const heads = {
    chunks: 'Transfer-Encoding: chunked',
    'a length': 'Content-Length: 10',
    'the end of the connection': 'Connection: close',
  }
  const server = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\n${heads[kind]}\r\n\r\n`))
  const text = kind === 'chunks' ? 'a\r\n0123456789\r\n0\r\n\r\n' : '0123456789'
  const body = () => {
    for (const socket of server.sockets) {
      if (kind === 'the end of the connection') socket.end(text)
      else socket.write(text)
    }
  }
  return { ...server, body }
}

describe.each(kinds)('a body with %s, into a buffer that can be resized', (kind) => {
  it('fills it', async () => {
    const server = await inTwoParts(kind)
    const buffer = resizable(1 << 20)
    const response = await freshClient().get(server.url)
    const reading = response.into(new Uint8Array(buffer, 5))
    await turn()
    server.body()
    expect(await reading).toBe(10)
    expect(Buffer.from(buffer, 0, 16).toString()).toBe('\0\0\0\0\x000123456789\0')
  })

  it.each([0, 4096])('rejects where it has shrunk to %i bytes meanwhile', async (bytes) => {
    const server = await inTwoParts(kind)
    const buffer = resizable(1 << 20)
    const response = await freshClient().get(server.url)
    const reading = errorOf(response.into(new Uint8Array(buffer)))
    await turn()
    buffer.resize(bytes)
    server.body()
    expect(await reading).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
    expect(usage()).toMatchObject({ httpResponses: 0, requests: 0 })
  })
})

it('a long body into a buffer that can be resized', async () => {
  const content = pattern(1_000_003)
  const url = await httpServer((_, response) => response.end(content))
  const buffer = resizable(1 << 20)
  const { bytesInto } = await freshClient().get(url, { into: new Uint8Array(buffer) })
  expect(bytesInto).toBe(content.length)
  expect(content.equals(Buffer.from(buffer, 0, content.length))).toBe(true)
})

it.each([10, 16_384, 1 << 20])(
  'a request whose body of %i bytes shrinks meanwhile is sent as it was',
  async (bytes) => {
    const content = pattern(bytes)
    let arrived: Buffer | undefined
    const url = await httpServer(async (request, response) => {
      arrived = await bodyOf(request)
      response.end('ok')
    })
    const buffer = resizable(bytes)
    const view = new Uint8Array(buffer)
    view.set(content)
    const posting = freshClient().post(url, view)
    buffer.resize(0)
    expect(await (await posting).text()).toBe('ok')
    await until(() => arrived !== undefined)
    expect(content.equals(arrived as Buffer)).toBe(true)
  },
)
