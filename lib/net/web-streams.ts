import { ReadableStream, WritableStream } from 'node:stream/web'
import type { Socket } from './socket.js'
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

/** Streams of the web over a socket, which they take over. */
export function toWebStreams(socket: Socket): WebStreams {
  const readable = new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: chunkBytes,
    async pull(controller) {
      const request = controller.byobRequest
      const view = request?.view
      if (request == null || view == null) return
      const bytes = await socket.readInto(view as Uint8Array)
      if (bytes === 0) controller.close()
      request.respond(bytes)
    },
    cancel: () => socket.close(),
  })
  const writable = new WritableStream<SocketData>({
    write: (data) => socket.write(data),
    close: () => socket.end(),
    abort: () => socket.close(),
  })
  return { readable, writable }
}
