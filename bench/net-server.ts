import { createServer } from 'node:net'
import { listen, type Socket } from 'heddle/net'

/**
 * A server for the load generator: net-server.js heddle|node. It answers whatever comes with a small fixed response, as
 * bench/native/epoll_server.cpp does, prints its port, and serves until its input ends.
 */
const response = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!',
)
const host = '127.0.0.1'
const backlog = 4096

async function answer(socket: Socket): Promise<void> {
  try {
    for (;;) {
      const request = await socket.read()
      if (request === null) break
      await socket.write(response)
    }
  } catch {
    // The load generator drops its connections at the end.
  }
  await socket.close()
}

async function serveHeddle(): Promise<void> {
  const server = await listen({ host, backlog })
  if (typeof server.address !== 'string') console.log(server.address.port)
  for await (const socket of server) void answer(socket)
}

function serveNode(): void {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(response))
    socket.on('error', () => undefined)
  })
  server.listen({ port: 0, host, backlog }, () => {
    const address = server.address()
    if (address !== null && typeof address === 'object') console.log(address.port)
  })
}

process.stdin.on('end', () => process.exit()).resume()
if (process.argv[2] === 'heddle') await serveHeddle()
else serveNode()
