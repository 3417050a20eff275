import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { httpServer, rawServer, saying, until } from './server.ts'

const head = 'HTTP/1.1 200 OK\r\n'

/** The port of a server that has just been closed. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('a response that is none', () => {
  it.each([
    ['garbage\r\n\r\n', 'PROTOCOL'],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', 'PROTOCOL'],
    ['HTTP/3.0 200 OK\r\n\r\n', 'PROTOCOL'],
    [`${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 'PROTOCOL'],
    [`${head}Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`, 'PROTOCOL'],
    [`${head}Content-Length: 5\r\ntransfer-encoding: identity\r\n\r\nhello`, 'PROTOCOL'],
    [`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 'PROTOCOL'],
    ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'PROTOCOL'],
    [`${head}A: ${'b'.repeat(70_000)}\r\n\r\n`, 'HEADER_LIMIT'],
    [`${head}${'A: b\r\n'.repeat(20_000)}\r\n`, 'HEADER_LIMIT'],
    ['HTTP/1.1 200', 'TRUNCATED'],
    [`${head}Content-Length: 5\r\n`, 'TRUNCATED'],
  ])('%.60j is refused', async (text, code) => {
    const { url } = await saying(text, true)
    const error = await errorOf(freshClient().get(url))
    expect(error).toMatchObject({ name: 'HttpError', code: `ERR_HEDDLE_HTTP_${code}` })
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0 })
  })
})

describe('a body that does not end well', () => {
  it.each([
    ['Content-Length: 100\r\n\r\nhalf', 'TRUNCATED'],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhel', 'TRUNCATED'],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'TRUNCATED'],
    ['Transfer-Encoding: chunked\r\n\r\nnot a size\r\n', 'PROTOCOL'],
    ['Transfer-Encoding: chunked\r\n\r\n5\r\nhello!!0\r\n\r\n', 'PROTOCOL'],
  ])('%j', async (rest, code) => {
    const { url } = await rawServer((socket) => {
      socket.write(head)
      setImmediate(() => socket.end(rest))
    })
    const client = freshClient()
    const failed = { name: 'HttpError', code: `ERR_HEDDLE_HTTP_${code}` }
    const outcomes = [
      async () => (await client.get(url)).bytes(),
      async () => (await client.get(url)).into(new Uint8Array(1000)),
      async () => {
        for await (const chunk of await client.get(url)) expect(chunk.length).toBeGreaterThan(0)
      },
    ]
    for (const outcome of outcomes) expect(await errorOf(outcome())).toMatchObject(failed)
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0 })
  })

  it('because the connection was reset', async () => {
    const { url } = await rawServer((socket) => {
      socket.write(`${head}Content-Length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy())
    })
    const reading = freshClient()
      .get(url)
      .then((response) => response.bytes())
    const error = await errorOf(reading)
    expect(['ECONNRESET', 'ERR_HEDDLE_HTTP_TRUNCATED']).toContain((error as { code: string }).code)
  })
})

it('a body that is longer than it may be', async () => {
  const url = await httpServer((request, response) => {
    response.useChunkedEncodingByDefault = request.url !== '/close'
    if (request.url === '/length') response.setHeader('Content-Length', 100)
    response.write('x'.repeat(50))
    setImmediate(() => response.end('x'.repeat(50)))
    response.on('error', () => undefined)
  })
  const client = freshClient()
  for (const path of ['/length', '/chunked', '/close']) {
    const reading = client.get(url + path, { maxBodyBytes: 99 }).then((response) => response.bytes())
    expect(await errorOf(reading)).toMatchObject({ code: 'ERR_HEDDLE_HTTP_BODY_LIMIT' })
    expect((await (await client.get(url + path, { maxBodyBytes: 100 })).bytes()).length).toBe(100)
  }
})

it('a head that is longer than it may be', async () => {
  const { url } = await saying(`${head}A: ${'b'.repeat(1000)}\r\nContent-Length: 0\r\n\r\n`)
  const client = freshClient()
  expect((await client.get(url, { maxHeaderBytes: 2000 })).status).toBe(200)
  const error = await errorOf(client.get(url, { maxHeaderBytes: 500 }))
  expect(error).toMatchObject({ code: 'ERR_HEDDLE_HTTP_HEADER_LIMIT' })
})

it('nobody listens: the error that node:net would give', async () => {
  const port = await deadPort()
  expect(await errorOf(freshClient().get(`http://127.0.0.1:${port}/`))).toMatchObject({
    message: `connect ECONNREFUSED 127.0.0.1:${port}`,
    code: 'ECONNREFUSED',
    errno: -111,
    syscall: 'connect',
    address: '127.0.0.1',
    port,
  })
})

it('there is no such host: the error that node:dns would give', async () => {
  const error = await errorOf(freshClient().get('http://no-such-host.invalid/'))
  expect(error).toMatchObject({ syscall: 'getaddrinfo', hostname: 'no-such-host.invalid' })
  expect(['ENOTFOUND', 'EAI_AGAIN']).toContain((error as { code: string }).code)
})

it('a server that answers before it has read the request, and closes', async () => {
  const url = await httpServer((request, response) => {
    request.on('error', () => undefined)
    response.writeHead(413, { Connection: 'close' }).end('no')
  })
  // Whether the answer arrives before the reset is the system's to say; nothing hangs.
  const outcome = await freshClient()
    .post(url, Buffer.alloc(16 << 20))
    .then(
      (response) => response.status,
      (error) => error.code,
    )
  expect([413, 'ECONNRESET', 'EPIPE']).toContain(outcome)
})

it('a host that is an address of IPv6', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true))
  })
  if (!listening) return
  const { port } = server.address() as { port: number }
  expect(await (await freshClient().get(`http://[::1]:${port}/`)).text()).toBe('ok')
  await until(() => true)
  server.close()
})
