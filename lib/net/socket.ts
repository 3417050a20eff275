import { ArgumentTypeError } from '../argument-errors.js'
import { AbortError, ClosedError } from '../errors.js'
import { addon } from '../native.js'
import { validateBoolean, validateInteger } from '../validate.js'
import { closeEndpoint } from './closing.js'
import { closeWhenDropped, forgetDropped } from './dropped.js'
import { Incoming } from './incoming.js'
import { joined } from './joined.js'
import { Outgoing } from './outgoing.js'
import { addressOf, type SocketAddress } from './socket-address.js'
import { bytesOf, partsOf, type SocketData, viewOf } from './socket-data.js'
import { SocketError } from './socket-error.js'
import { TargetWaiter, validateWait, Waiter, type WaitOptions } from './waiter.js'

/** Reads for somebody who waits in a way of their own. */
export const readBy = Symbol('readBy')

/**
 * A connection, as {@link connect} and a {@link Server} give it.
 *
 * Nothing is taken from the peer before somebody reads, and then no more than a bounded amount ahead of the reader. Writes
 * resolve when the system has taken the bytes: a writer that awaits them is never ahead of the peer by more than the
 * system's buffers. Both directions are independent, and each may have several operations waiting; they are served in
 * order. Close the socket, or declare it with `await using`.
 */
export class Socket implements AsyncDisposable {
  readonly #number: number
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  #closing: Promise<void> | undefined

  /** @internal @param number by which native code knows it */
  constructor(number: number, highWaterMark: number) {
    this.#number = number
    this.#incoming = new Incoming(number, highWaterMark)
    this.#outgoing = new Outgoing(number, this)
    closeWhenDropped(this, { endpoint: number, name: 'socket', arrivals: this.#incoming })
  }

  /** This end: an address, or the path of a UNIX socket. Undefined once closed. */
  get localAddress(): SocketAddress | undefined {
    return this.#closing === undefined ? addressOf(this.#number, false) : undefined
  }

  /** The other end. Undefined once closed, or when the peer has gone. */
  get remoteAddress(): SocketAddress | undefined {
    return this.#closing === undefined ? addressOf(this.#number, true) : undefined
  }

  /** True from the call of {@link close} on. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Bytes that have arrived and wait to be read. */
  get readableBytes(): number {
    return this.#incoming.bytes
  }

  /** Bytes of writes that have not resolved yet. */
  get writableBytes(): number {
    return this.#outgoing.bytes
  }

  /**
   * The bytes that arrive next, as many as there are: one at least. Null at the end of the stream.
   *
   * Rejects with a {@link SocketError} such as `ECONNRESET`, an {@link AbortError}, a {@link TimeoutError}, or, when the
   * socket is closed, a {@link ClosedError}.
   */
  read(options?: WaitOptions): Promise<Buffer | null> {
    try {
      validateWait(options)
      const chunk = this.#readable(options).take()
      if (chunk !== undefined) return Promise.resolve(chunk)
    } catch (error) {
      return Promise.reject(error)
    }
    return new Promise((resolve, reject) => this.#wait(new Waiter(resolve, reject), options))
  }

  /**
   * The same, into memory of the caller's, which may be a pinned array's `array`. Resolves with how many bytes it got: one
   * at least, and 0 at the end of the stream, and for a view that has no room. The memory is written only while the Promise
   * is pending.
   */
  readInto(view: NodeJS.ArrayBufferView, options?: WaitOptions): Promise<number> {
    let into: Uint8Array
    try {
      if (!ArrayBuffer.isView(view)) {
        throw new ArgumentTypeError('view', 'an instance of Buffer, TypedArray, or DataView', view)
      }
      validateWait(options)
      into = viewOf(view, 'view')
      const incoming = this.#readable(options)
      if (into.length === 0) return Promise.resolve(0)
      const length = incoming.takeInto(into)
      if (length !== undefined) return Promise.resolve(length)
    } catch (error) {
      return Promise.reject(error)
    }
    return new Promise((resolve, reject) => this.#wait(new TargetWaiter(into, resolve, reject), options))
  }

  #wait(waiter: Waiter, options: WaitOptions | undefined): void {
    waiter.owner = this
    this.#incoming.wait(waiter, options)
  }

  /** @internal What is there at once, null at the end; undefined: `waiter` gets it. */
  [readBy](waiter: Waiter): Buffer | null | undefined {
    const chunk = this.#readable(undefined).take()
    if (chunk === undefined) this.#wait(waiter, undefined)
    return chunk
  }

  #readable(options: WaitOptions | undefined): Incoming {
    if (this.#closing !== undefined) throw new ClosedError('socket')
    if (options?.signal?.aborted) throw new AbortError(options.signal)
    return this.#incoming
  }

  /** Chunks until the end of the stream. A loop that is left early leaves the socket open, and nothing is lost. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const chunk = await this.read()
      if (chunk === null) return
      yield chunk
    }
  }

  /**
   * Sends bytes, after those of earlier writes. Resolves when the system has taken all of them: at once, or when the other
   * reactions to what has arrived have run, or, when the peer is slower, as it makes room. Until then they must not be changed. An aborted write may have sent a part, which the peer can't
   * tell from the whole: close the socket then.
   *
   * Rejects with a {@link SocketError} such as `EPIPE`, an {@link AbortError}, a {@link TimeoutError}, or, when the socket
   * is closed or ended, a {@link ClosedError}.
   */
  write(data: SocketData, options?: WaitOptions): Promise<void> {
    try {
      const bytes = bytesOf(data)
      validateWait(options)
      return this.#writable(options).write(bytes, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Sends several parts in one piece, as {@link write} sends one. Small parts travel in one packet. */
  writev(parts: readonly SocketData[], options?: WaitOptions): Promise<void> {
    try {
      if (!Array.isArray(parts)) throw new ArgumentTypeError('parts', 'an instance of Array', parts)
      const pieces = joined(partsOf(parts))
      validateWait(options)
      const outgoing = this.#writable(options)
      return Promise.all(pieces.map((piece) => outgoing.write(piece, options))).then(() => undefined)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Ends this direction, after what was written and after `data`: the peer reads the end of the stream. The other
   * direction stays as it is.
   */
  end(data?: SocketData, options?: WaitOptions): Promise<void> {
    try {
      const bytes = data === undefined ? undefined : bytesOf(data)
      validateWait(options)
      const outgoing = this.#writable(options)
      if (bytes === undefined) return outgoing.end(options)
      const written = outgoing.write(bytes, options)
      return Promise.all([written, outgoing.end(options)]).then(() => undefined)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #writable(options: WaitOptions | undefined): Outgoing {
    if (this.#closing !== undefined || this.#outgoing.ended) throw new ClosedError('socket')
    if (options?.signal?.aborted) throw new AbortError(options.signal)
    return this.#outgoing
  }

  /** Whether small writes are sent at once (the default here) or may wait to be joined by others (Nagle's algorithm). */
  setNoDelay(on = true): void {
    validateBoolean(on, 'on')
    this.#set('setNoDelay', (socket) => addon.setNoDelay(socket, on))
  }

  /**
   * Whether the system asks a silent peer if it is still there.
   *
   * @param initialDelay after how many milliseconds of silence; 0 for the system's default
   */
  setKeepAlive(on = true, initialDelay = 0): void {
    validateBoolean(on, 'on')
    validateInteger(initialDelay, 'initialDelay', 0, 32_767_000)
    this.#set('setKeepAlive', (socket) => addon.setKeepAlive(socket, on, Math.ceil(initialDelay / 1000)))
  }

  #set(name: string, call: (socket: number) => number): void {
    if (this.#closing !== undefined) throw new ClosedError('socket')
    const status = call(this.#number)
    if (status !== 0) throw new SocketError(status, name)
  }

  /**
   * Closes both directions. What waits rejects with a {@link ClosedError}; bytes that the system has taken are still
   * delivered. Resolves when the descriptor is closed. Closing twice gives the same Promise.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      forgetDropped(this)
      this.#closing = closeEndpoint(this.#number)
      this.#outgoing.whyClosed = new ClosedError('socket')
      this.#incoming.close()
    }
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
