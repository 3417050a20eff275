import { readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import { ClosedError, sleep } from 'heddle'
import { describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { httpServer, rawServer, until } from './server.ts'

const descriptors = () => readdirSync('/proc/self/fd').length
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('a connection', () => {
  it('carries one request after the other', async () => {
    const server = await rawServer((socket) => socket.write(ok))
    const client = freshClient()
    for (let i = 0; i < 10; ++i) expect(await (await client.get(server.url)).text()).toBe('ok')
    expect(server.sockets).toHaveLength(1)
    expect(usage().idleConnections).toBe(1)
  })

  it('is not shared by origins or by clients', async () => {
    const servers = [
      await rawServer((socket) => socket.write(ok)),
      await rawServer((socket) => socket.write(ok)),
    ]
    const clients = [freshClient(), freshClient()]
    for (const client of clients) for (const { url } of servers) await client.get(url)
    expect(servers.map(({ sockets }) => sockets.length)).toEqual([2, 2])
  })

  it('that the server has closed meanwhile is not used again', async () => {
    const server = await rawServer((socket) => socket.end(ok))
    const client = freshClient()
    for (let i = 0; i < 5; ++i) expect(await (await client.get(server.url)).text()).toBe('ok')
    expect(server.sockets).toHaveLength(5)
  })

  it('that the server closes on the second request is replaced, for a GET', async () => {
    const server = await rawServer((socket, _, number) =>
      number === 1 ? socket.write(ok) : socket.destroy(),
    )
    const client = freshClient()
    for (let i = 0; i < 3; ++i) expect(await (await client.get(server.url)).text()).toBe('ok')
    expect(server.sockets.length).toBeGreaterThanOrEqual(2)
  })

  it('that the server closes on the second request fails a POST, which may have been carried out', async () => {
    const server = await rawServer((socket, _, number) =>
      number === 1 ? socket.write(ok) : socket.destroy(),
    )
    const client = freshClient()
    await client.get(server.url)
    expect(await errorOf(client.post(server.url, ''))).toMatchObject({ code: 'ECONNRESET' })
    expect(server.sockets).toHaveLength(1)
  })

  it('that fails at once is not tried again', async () => {
    const server = await rawServer((socket) => socket.end())
    expect(await errorOf(freshClient().get(server.url))).toMatchObject({
      code: 'ECONNRESET',
      message: 'socket hang up',
    })
    expect(server.sockets).toHaveLength(1)
  })

  it('on which more came than was asked for is given up', async () => {
    const extra = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen'
    const server = await rawServer((socket) => socket.write(ok + extra))
    const client = freshClient()
    for (let i = 0; i < 3; ++i) expect(await (await client.get(server.url)).text()).toBe('ok')
    expect(server.sockets).toHaveLength(3)
  })

  it('whose response has a transfer coding of another kind ends with it', async () => {
    const coded = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok'
    const server = await rawServer((socket) => socket.end(coded))
    const client = freshClient()
    for (let i = 0; i < 2; ++i) expect(await (await client.get(server.url)).text()).toBe('ok')
    expect(server.sockets).toHaveLength(2)
    expect(usage().idleConnections).toBe(0)
  })

  it('that the server has closed carries no request, so that none is lost', async () => {
    const server = await rawServer((socket) => socket.write(ok))
    const client = freshClient()
    for (let i = 1; i <= 5; ++i) {
      // Not tried a second time where it fails.
      expect(await (await client.post(server.url, '')).text()).toBe('ok')
      expect(server.sockets).toHaveLength(i)
      expect(usage().idleConnections).toBe(1)
      await new Promise<void>((resolve) => server.sockets[i - 1]?.end(() => resolve()))
    }
  })

  it('on which something comes while it is idle is given up', async () => {
    const server = await rawServer((socket) => socket.write(ok))
    const client = freshClient()
    await client.get(server.url)
    const [first] = server.sockets
    await new Promise<void>((resolve) => first?.write('HTTP/1.1 200 OK\r\n\r\nunasked', () => resolve()))
    expect(await (await client.get(server.url)).text()).toBe('ok')
    expect(server.sockets).toHaveLength(2)
  })

  it('is closed when the server says so, and when its body was not read', async () => {
    const url = await httpServer((request, response) => {
      if (request.url === '/close') response.setHeader('Connection', 'close')
      response.end(Buffer.alloc(100_000))
    })
    const client = freshClient()
    await (await client.get(`${url}/close`)).bytes()
    expect(usage().idleConnections).toBe(0)
    await (await client.get(url)).cancel()
    expect(usage().idleConnections).toBe(0)
    await (await client.get(url)).bytes()
    expect(usage().idleConnections).toBe(1)
  })

  it('is closed when nobody has used it for a while', async () => {
    let closed = false
    const server = await rawServer((socket) => {
      socket.on('close', () => {
        closed = true
      })
      socket.write(ok)
    })
    const client = freshClient({ idleTimeout: 20 })
    await client.get(server.url)
    expect(usage().idleConnections).toBe(1)
    while (!closed) await sleep(5)
    expect(usage().idleConnections).toBe(0)
    await freshClient({ idleTimeout: 0 }).get(server.url)
    expect(usage().idleConnections).toBe(0)
  })
})

describe('an idle connection', () => {
  /** Long enough that nothing here is closed for lack of use. */
  const idleTimeout = 1e9

  async function idle(connections: number) {
    const server = await rawServer((socket) => socket.write(ok))
    const client = freshClient({ idleTimeout })
    await Promise.all(Array.from({ length: connections }, () => client.get(server.url)))
    expect(usage().idleConnections).toBe(connections)
    return { server, client }
  }

  it('is closed when the server closes it, without another request', async () => {
    const before = descriptors()
    const { server } = await idle(20)
    for (const socket of server.sockets) socket.end()
    await until(() => usage().idleConnections === 0)
    // Both ends, and the server.
    await until(() => descriptors() <= before + 1)
    expect(usage().requests).toBe(0)
  })

  it.each([
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['says something', (socket: Socket) => socket.write('HTTP/1.1 408 Request Timeout\r\n\r\n')],
  ] as const)('is closed when its server %s', async (_, stir) => {
    const { server } = await idle(1)
    stir(server.sockets[0] as Socket)
    await until(() => usage().idleConnections === 0)
  })

  it('is used again when it has been watched', async () => {
    const { server, client } = await idle(1)
    for (let i = 0; i < 5; ++i) {
      await until(() => usage().requests === 1)
      expect(await (await client.get(server.url)).text()).toBe('ok')
    }
    expect(server.sockets).toHaveLength(1)
    await client.close()
    expect(usage()).toMatchObject({ idleConnections: 0 })
    await until(() => usage().requests === 0)
  })

  it('does not keep the process', async () => {
    const { server } = await idle(1)
    expect(await runClean('http-idle-end', { args: [server.url] })).toBe('watched')
  })
})

describe('a client', () => {
  it('keeps to its number of connections, first come, first served', async () => {
    let now = 0
    let most = 0
    const order: (string | undefined)[] = []
    const url = await httpServer((request, response) => {
      order.push(request.url)
      most = Math.max(most, ++now)
      setImmediate(() => {
        --now
        response.end('x'.repeat(50_000))
      })
    })
    const client = freshClient({ maxConnections: 3 })
    const paths = Array.from({ length: 30 }, (_, i) => `/${i}`)
    await Promise.all(paths.map(async (path) => (await client.get(url + path)).bytes()))
    expect(most).toBeLessThanOrEqual(3)
    expect(order).toHaveLength(30)
    expect(usage().idleConnections).toBeLessThanOrEqual(3)
  })

  it('lets those who wait for a connection be aborted', async () => {
    const server = await rawServer(() => undefined)
    const client = freshClient({ maxConnections: 1 })
    const first = client.get(server.url)
    const controller = new AbortController()
    const second = client.get(server.url, { signal: controller.signal })
    const third = client.get(server.url, { timeout: 10 })
    await until(() => server.sockets.length === 1)
    controller.abort()
    expect(await errorOf(second)).toMatchObject({ name: 'AbortError' })
    expect(await errorOf(third)).toMatchObject({ code: 'ERR_HEDDLE_TIMEOUT' })
    await until(() => server.received() !== '')
    server.sockets[0]?.write(ok)
    expect((await first).status).toBe(200)
    expect(server.sockets).toHaveLength(1)
  })

  it('that is closed rejects what it has begun, and what comes after', async () => {
    const server = await rawServer((socket, head) => {
      if (head.startsWith('GET /body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n')
    })
    const client = freshClient()
    const waiting = client.get(server.url)
    const response = await client.get(`${server.url}/body`)
    const settled = Promise.allSettled([waiting, response.bytes()])
    await until(() => server.sockets.length === 2)
    await client.close()
    for (const result of await settled) {
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(ClosedError)
    }
    expect(await errorOf(client.get(server.url))).toBeInstanceOf(ClosedError)
    expect(client.closed).toBe(true)
    await client.close()
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0 })
  })
})
