import { AbortError, ClosedError } from '../errors.js'
import { Accepting } from './accepting.js'
import { closeEndpoint } from './closing.js'
import { closeWhenDropped, forgetDropped } from './dropped.js'
import type { Socket } from './socket.js'
import type { SocketAddress } from './socket-address.js'
import { validateWait, Waiter, type WaitOptions } from './waiter.js'

/**
 * A listening socket, as {@link listen} gives it. Iterate over it, or call {@link accept}:
 *
 * ```ts
 * for await (const socket of server) void serve(socket)
 * ```
 *
 * All connections that wait are accepted together, in one turn of the event loop. When nobody takes them, 1,024 wait here
 * at most and further ones in the system's backlog. While the process is out of file descriptors, connections wait too.
 */
export class Server implements AsyncDisposable {
  readonly #number: number
  readonly #accepting: Accepting
  /** Where it listens: with the port that the system has chosen if none was given. */
  readonly address: SocketAddress
  #closing: Promise<void> | undefined

  /** @internal @param number by which native code knows it */
  constructor(number: number, address: SocketAddress, highWaterMark: number) {
    this.#number = number
    this.address = address
    this.#accepting = new Accepting(number, highWaterMark)
    closeWhenDropped(this, { endpoint: number, name: 'server', arrivals: this.#accepting })
  }

  /** True from the call of {@link close} on. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /**
   * The next connection.
   *
   * Rejects with an {@link AbortError}, a {@link TimeoutError}, or, when the server is closed, a {@link ClosedError}.
   */
  accept(options?: WaitOptions): Promise<Socket> {
    try {
      validateWait(options)
      if (this.#closing !== undefined) throw new ClosedError('server')
      if (options?.signal?.aborted) throw new AbortError(options.signal)
      const socket = this.#accepting.take()
      if (socket !== undefined) return Promise.resolve(socket)
    } catch (error) {
      return Promise.reject(error)
    }
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(resolve, reject)
      waiter.owner = this
      this.#accepting.wait(waiter, options)
    })
  }

  /** Connections until the server is closed, by whomever. A loop that is left early leaves the server open. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Socket, void, undefined> {
    while (this.#closing === undefined) {
      let socket: Socket
      try {
        socket = await this.accept()
      } catch (error) {
        if (error instanceof ClosedError) return
        throw error
      }
      yield socket
    }
  }

  /**
   * Stops listening. Connections that were taken stay open; those that nobody has taken are closed. Resolves when the
   * port, or the path, is free again. Closing twice gives the same Promise.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      forgetDropped(this)
      this.#closing = closeEndpoint(this.#number)
      this.#accepting.close()
    }
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
