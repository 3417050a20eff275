import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { httpServer, pattern, rawServer, until } from './server.ts'

/** More than any system takes for a peer that does not read. */
const large = Buffer.alloc(64 << 20)

describe('a server that answers before it has read the request', () => {
  it('and reads no more of it, but keeps the connection open', async () => {
    let gone = 0
    const server = await rawServer((socket) => {
      socket.pause()
      socket.on('close', () => ++gone)
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno')
    })
    const client = freshClient()
    const response = await client.post(server.url, large)
    expect(response.status).toBe(413)
    expect(await response.text()).toBe('no')
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0, requests: 0 })
    for (const socket of server.sockets) socket.resume()
    await until(() => gone === 1)
  })

  it('with a body that comes later', async () => {
    const server = await rawServer((socket) => {
      socket.pause()
      socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\n')
    })
    const response = await freshClient().post(server.url, large)
    const reading = response.text()
    await turn()
    server.sockets[0]?.write('no')
    expect(await reading).toBe('no')
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0, requests: 0 })
  })

  it('and goes on reading: the rest is sent while its answer is read', async () => {
    const content = pattern(8 << 20)
    let connections = 0
    const url = await httpServer((request, response) => {
      if (request.socket.listenerCount('counted') === 0) ++connections
      request.socket.on('counted', () => undefined)
      response.writeHead(200, { 'Content-Length': content.length })
      request.pipe(response)
    })
    const client = freshClient()
    for (let i = 0; i < 3; ++i) {
      expect(content.equals(await (await client.post(url, content)).bytes())).toBe(true)
    }
    expect(connections).toBe(1)
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 1 })
  })

  it('and an abort', async () => {
    const server = await rawServer((socket) => {
      socket.pause()
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n')
    })
    const controller = new AbortController()
    const response = await freshClient().post(server.url, large, { signal: controller.signal })
    const reading = errorOf(response.text())
    await turn()
    controller.abort()
    expect(await reading).toMatchObject({ code: 'ABORT_ERR' })
    expect(usage()).toMatchObject({ httpResponses: 0, requests: 0 })
  })

  it('and closes: whoever reads hears of it', async () => {
    const server = await rawServer((socket) => {
      socket.pause()
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n')
    })
    const response = await freshClient().post(server.url, large)
    const reading = errorOf(response.text())
    await turn()
    server.sockets[0]?.resetAndDestroy()
    expect(['ECONNRESET', 'ERR_HEDDLE_HTTP_TRUNCATED']).toContain(((await reading) as { code: string }).code)
  })
})
