import { Duplex } from 'node:stream'
import type { Socket } from './socket.js'

/** A socket as code for streams wants it. What is read or written here must not be read or written there. */
class SocketDuplex extends Duplex {
  readonly #socket: Socket

  constructor(socket: Socket) {
    super({ allowHalfOpen: true })
    this.#socket = socket
  }

  override _read(): void {
    this.#socket.read().then(
      (chunk) => this.push(chunk),
      (error: Error) => this.destroy(error),
    )
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#socket.write(chunk).then(() => done(), done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#socket.writev(chunks.map(({ chunk }) => chunk)).then(() => done(), done)
  }

  override _final(done: (error?: Error) => void): void {
    this.#socket.end().then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.close().then(() => done(error), done)
  }
}

/**
 * A `Duplex` of node:stream over a socket, for code that works on streams: `pipeline`, parsers, `http.Agent`. It takes the
 * socket over: destroying the stream closes the socket, and ending it ends the socket's sending direction.
 */
export function toDuplex(socket: Socket): Duplex {
  return new SocketDuplex(socket)
}
