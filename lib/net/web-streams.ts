import { ReadableStream, WritableStream } from 'node:stream/web'
import { ArgumentTypeError } from '../argument-errors.js'
import { Socket } from './socket.js'
import type { SocketData } from './socket-data.js'

/** Both directions of a socket as streams of the web. */
export interface WebStreams {
  /** A byte stream: it fills the memory of a BYOB reader. Cancelling it closes the socket. */
  readonly readable: ReadableStream<Uint8Array>
  /** Closing it ends the socket's sending direction; aborting it closes the socket. */
  readonly writable: WritableStream<SocketData>
}

/** How much memory a read gets whose reader brings none. */
const chunkBytes = 64 << 10

/** Closes a socket when neither direction is of use any more. */
class Directions {
  readonly #socket: Socket
  readonly #ended = new Set<'reading' | 'writing'>()

  constructor(socket: Socket) {
    this.#socket = socket
  }

  ended(which: 'reading' | 'writing'): void {
    this.#ended.add(which)
    if (this.#ended.size === 2) void this.#socket.close()
  }
}

/** Streams of the web over a socket, which they take over: it is closed when both have ended, or one is broken off. */
export function toWebStreams(socket: Socket): WebStreams {
  if (!(socket instanceof Socket)) throw new ArgumentTypeError('socket', 'an instance of Socket', socket)
  const directions = new Directions(socket)
  const readable = new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: chunkBytes,
    async pull(controller) {
      const request = controller.byobRequest
      const view = request?.view
      if (request == null || view == null) return
      let bytes: number
      try {
        bytes = await socket.readInto(view as Uint8Array)
      } catch (error) {
        void socket.close()
        throw error
      }
      if (bytes === 0) {
        controller.close()
        directions.ended('reading')
      }
      request.respond(bytes)
    },
    cancel: () => socket.close(),
  })
  const writable = new WritableStream<SocketData>({
    write: (data) => heeding(socket.write(data)),
    close: async () => {
      await heeding(socket.end())
      directions.ended('writing')
    },
    abort: () => socket.close(),
  })
  /** After a failure nothing can be written any more; the peer's last bytes can still be read. */
  function heeding(writing: Promise<void>): Promise<void> {
    return writing.catch((error: unknown) => {
      directions.ended('writing')
      throw error
    })
  }
  return { readable, writable }
}
