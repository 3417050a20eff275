import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server of node:http for one test, on a port of its own. */
export async function httpServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => stop(server))
  return listening(server)
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function listening(server: Pick<Server, 'listen' | 'address'>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that says exactly what a test wants it to. */
export interface RawServer {
  readonly url: string
  /** The connections so far. */
  readonly sockets: readonly Socket[]
  /** All that clients have sent so far. */
  readonly received: () => string
}

/**
 * `onRequest` is called with each request's head, and its number on the connection from 1 on. An error of a connection is
 * what such servers provoke, and no failure.
 */
export async function rawServer(
  onRequest: (socket: Socket, head: string, number: number) => void,
): Promise<RawServer> {
  const sockets: Socket[] = []
  let received = ''
  const server = createTcpServer({ noDelay: true }, (socket) => {
    sockets.push(socket)
    let waiting = ''
    let requests = 0
    socket.on('error', () => undefined)
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text
      waiting += text
      for (let end = waiting.indexOf('\r\n\r\n'); end >= 0; end = waiting.indexOf('\r\n\r\n')) {
        const head = waiting.slice(0, end + 4)
        waiting = waiting.slice(end + 4)
        onRequest(socket, head, ++requests)
      }
    })
  })
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  )
  return { url: await listening(server as unknown as Server), sockets, received: () => received }
}

/** Says the same bytes to every request, and closes if it is to. */
export function saying(text: string | Buffer, close = false): Promise<RawServer> {
  return rawServer((socket) => {
    if (close) socket.end(text)
    else socket.write(text)
  })
}

/** All that a request sends. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** Bytes in which every position differs from its neighbours. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; ++i) bytes[i] = (i * 31 + (i >> 8)) & 0xff
  return bytes
}

/** Resolves when `condition` holds, which other events bring about. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
