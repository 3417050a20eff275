import { connect, type ListenOptions, listen, type Server, type Socket } from 'heddle/net'

/** A server, and both ends of one connection to it. */
export class Pair implements AsyncDisposable {
  readonly server: Server
  /** The end that connected. */
  readonly near: Socket
  /** The end that was accepted. */
  readonly far: Socket

  constructor(server: Server, near: Socket, far: Socket) {
    this.server = server
    this.near = near
    this.far = far
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.near.close(), this.far.close(), this.server.close()])
  }
}

export const loopback = '127.0.0.1'

export function portOf(server: Server): number {
  if (typeof server.address === 'string') throw new Error('a UNIX socket has no port')
  return server.address.port
}

export async function pair(options: ListenOptions = {}): Promise<Pair> {
  const server = await listen(options.path === undefined ? { host: loopback, ...options } : options)
  const { path, highWaterMark } = options
  const near = await connect(
    path === undefined ? { host: loopback, port: portOf(server), highWaterMark } : { path, highWaterMark },
  )
  return new Pair(server, near, await server.accept())
}

/** All that comes until the end of the stream. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Writes more than the system takes, whatever its limits are; the Promise waits until somebody reads. */
export function overfill(socket: Socket): { write: Promise<void>; bytes: number } {
  const bytes = 64 << 20
  return { write: socket.write(Buffer.alloc(bytes)), bytes }
}
