import assert from 'node:assert'
import { createServer } from 'node:http'
import { Client, get } from '../../dist/http/index.js'
import { sleep } from '../../dist/index.js'
import { bind, connect, listen } from '../../dist/net/index.js'

const host = '127.0.0.1'
const message = Buffer.alloc(100_000, 'soak')

/** TCP: echoes, a peer that resets, a read and a write that are given up, half-closed and dropped connections. */
async function tcpRound() {
  const server = await listen({ host })
  const served = (async () => {
    for await (const socket of server) void echo(socket)
  })()
  const to = { host, port: server.address.port }
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const socket = await connect(to)
      if (i % 4 === 0) await socket.read({ timeout: 1 }).catch(() => undefined)
      const written = socket.write(message).then(() => socket.end())
      let bytes = 0
      for await (const chunk of socket) {
        bytes += chunk.length
        if (i % 4 === 1) break
      }
      if (i % 4 === 1) await Promise.all([socket.close(), written.catch(() => undefined)])
      else assert.equal(bytes, message.length)
      await Promise.all([written.catch(() => undefined), socket.close()])
    }),
  )
  await server.close()
  await served
}

async function echo(socket) {
  try {
    for await (const chunk of socket) await socket.write(chunk)
  } catch {
    // The peer has gone in the middle.
  } finally {
    await socket.close()
  }
}

/** UDP: answers, a receive that is given up, and datagrams that nobody takes. */
async function udpRound() {
  const [server, client] = [await bind({ host }), await bind({ host })]
  const served = (async () => {
    for await (const datagram of server) await server.send(datagram.data, datagram)
  })()
  await client.receive({ timeout: 1 }).catch(() => undefined)
  await client.connect(server.address)
  for (let i = 0; i < 50; ++i) {
    await client.send(`datagram ${i}`)
    assert.equal(String((await client.receive()).data), `datagram ${i}`)
  }
  for (let i = 0; i < 50; ++i) await client.send(message.subarray(0, 10_000))
  await Promise.all([server.close(), client.close()])
  await served
}

/** One for all rounds: the client keeps connections to a server for a while after it has gone. */
let server

async function address() {
  if (server === undefined) {
    server = createServer((_, response) => response.end(message))
    await new Promise((resolve) => server.listen(0, host, resolve))
    server.unref()
  }
  return `http://${host}:${server.address().port}/`
}

/** HTTP: whole bodies, and one that is dropped after its head. */
async function httpRound() {
  const url = await address()
  await Promise.all(
    Array.from({ length: 4 }, async (_, i) => {
      const controller = new AbortController()
      const response = await get(url, { signal: controller.signal })
      if (i === 0) controller.abort()
      else assert.equal((await response.bytes()).length, message.length)
    }),
  )
}

/** HTTP: connections that nobody uses, which one side or the other closes. */
async function idleRound() {
  const idle = createServer((_, response) => response.end('idle'))
  await new Promise((resolve) => idle.listen(0, host, resolve))
  const url = `http://${host}:${idle.address().port}/`
  const clients = Array.from({ length: 4 }, () => new Client({ idleTimeout: 1e6 }))
  await Promise.all(clients.map(async (client) => (await client.get(url)).text()))
  // From 10 ms on they are watched.
  await sleep(Math.random() * 20)
  await (await clients[0].get(url)).text()
  await clients[1].close()
  idle.close()
  idle.closeAllConnections()
  await Promise.all(clients.map((client) => client.close()))
}

/** Sockets of all kinds, as they are used and misused. */
export async function socketRound() {
  await Promise.all([tcpRound(), udpRound(), httpRound(), idleRound()])
}
