import { readdirSync } from 'node:fs'
import { connect, listen, type Socket } from 'heddle/net'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { loopback, pair, portOf, readAll } from './pair.ts'

const descriptors = () => readdirSync('/proc/self/fd').length

/** Answers until the peer has ended, then closes. */
async function echo(socket: Socket): Promise<void> {
  for await (const chunk of socket) await socket.write(chunk)
  await socket.close()
}

describe('many connections', () => {
  it('that are pending are all accepted in one turn', async () => {
    await using server = await listen({ host: loopback, backlog: 600 })
    const clients = await Promise.all(
      Array.from({ length: 500 }, () => connect({ host: loopback, port: portOf(server) })),
    )
    const first = await server.accept()
    const sockets = [first]
    for (let i = 1; i < clients.length; ++i) sockets.push(await server.accept())
    expect(sockets.length).toBe(500)
    await Promise.all([...clients, ...sockets].map((socket) => socket.close()))
  })

  it('at once, with more data than there are receive buffers', async () => {
    await using server = await listen({ host: loopback })
    const served = (async () => {
      for await (const socket of server) void echo(socket)
    })()
    const message = Buffer.alloc(100_000, 'm')
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        await using socket = await connect({ host: loopback, port: portOf(server) })
        const written = socket.write(message).then(() => socket.end())
        expect((await readAll(socket)).equals(message)).toBe(true)
        await written
      }),
    )
    await server.close()
    await served
  })

  it('opened and dropped, 10,000 times: nothing is left', async () => {
    const server = await listen({ host: loopback, backlog: 1024 })
    const before = { descriptors: descriptors(), sockets: usage().sockets }
    const lane = async (count: number) => {
      for (let i = 0; i < count; ++i) {
        const client = await connect({ host: loopback, port: portOf(server) })
        const served = await server.accept()
        // In every state: unread, half closed, with a read waiting, or with bytes under way.
        if (i % 4 === 0) void served.read().catch(() => undefined)
        if (i % 4 === 1) await client.end()
        if (i % 4 === 2) await client.write('dropped')
        await Promise.all(i % 2 === 0 ? [client.close(), served.close()] : [served.close(), client.close()])
      }
    }
    await Promise.all(Array.from({ length: 20 }, () => lane(500)))
    expect(usage().sockets).toBe(before.sockets)
    expect(descriptors()).toBeLessThanOrEqual(before.descriptors)
    await server.close()
    expect(usage().requests).toBe(0)
  })
})

describe('file descriptors that are used again', () => {
  it('never get what was meant for their last owner', async () => {
    await using server = await listen({ host: loopback })
    for (let i = 0; i < 200; ++i) {
      const [a, far] = await Promise.all([connect({ host: loopback, port: portOf(server) }), server.accept()])
      const stale = far.read().catch(() => undefined)
      await Promise.all([a.close(), far.close()])
      await stale
      await using both = await pair()
      const read = both.far.read()
      await both.near.write(`round ${i}`)
      expect(String(await read)).toBe(`round ${i}`)
    }
  })
})
