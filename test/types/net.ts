// Checked by `npm run types`; never run.
import type { Duplex } from 'node:stream'
import {
  connect,
  listen,
  type Server,
  type Socket,
  type SocketAddress,
  SocketError,
  toDuplex,
  toWebStreams,
} from 'heddle/net'
import type { Equal, Expect } from './equal.ts'

const server = await listen({ port: 80, host: 'localhost', backlog: 1, reusePort: true, ipv6Only: true })
export type Listening = Expect<Equal<typeof server, Server>>
await listen()
await listen({ path: '/socket', noDelay: false, keepAlive: true, keepAliveInitialDelay: 1 })
// @ts-expect-error: a port is a number
await listen({ port: '80' })

const socket = await connect({ port: 80, signal: AbortSignal.timeout(1), timeout: 5, localAddress: '::1' })
export type Connected = Expect<Equal<typeof socket, Socket>>
// @ts-expect-error: no such option
await connect({ port: 80, allowHalfOpen: true })

export const accepted = await server.accept({ timeout: 1 })
for await (const each of server) await each.close()

const chunk = await socket.read()
export type Chunk = Expect<Equal<typeof chunk, Buffer | null>>
const bytes = await socket.readInto(new Float32Array(1), { signal: new AbortController().signal })
export type Bytes = Expect<Equal<typeof bytes, number>>
for await (const each of socket) each.readUInt8(0)
await socket.write('text')
await socket.write(new DataView(new ArrayBuffer(1)), { timeout: 1 })
await socket.writev(['text', Buffer.alloc(1)])
await socket.end()
// @ts-expect-error: text or a view
await socket.write(1)
export type Address = Expect<Equal<typeof socket.remoteAddress, SocketAddress | undefined>>

export const duplex: Duplex = toDuplex(socket)
export const { readable, writable } = toWebStreams(socket)
export const failed = (error: unknown) =>
  error instanceof SocketError ? [error.code, error.errno, error.syscall, error.address, error.port] : []
