import { AbortError, ClosedError } from '../errors.js'
import { signalOf, validateInteger } from '../validate.js'
import { Ring } from './ring.js'
import { WaitQueue } from './wait-queue.js'

export interface ChannelOptions {
  /** Ends the wait: the Promise then rejects with an {@link AbortError}, and nothing was sent or received. */
  signal?: AbortSignal | undefined
}

/** What a receive comes to: a value, or that the channel is closed and empty. */
export type Received<T> = IteratorResult<T, undefined>

/**
 * Values from any number of senders to any number of receivers, in order, with room for `capacity` of them in between:
 * a sender waits while there is none. With no room at all, a send ends when its value has been received.
 *
 * ```ts
 * const lines = new Channel<string>(16)
 * for await (const line of lines) use(line) // until it is closed
 * ```
 *
 * Each value is received exactly once, or stays with its sender: an abort or a close never loses one. Senders are served
 * first come, first served, and so are receivers. A signal that was aborted before ends every call, also one that need
 * not have waited. A wait does not keep the process alive.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly capacity: number
  readonly #buffer = new Ring<T>()
  // Receivers wait only while nothing is there to receive; senders wait only while there is no room. So at most one of
  // the two has waiters, and nobody has to be served when one leaves.
  readonly #senders = new WaitQueue<T, void>()
  readonly #receivers = new WaitQueue<undefined, Received<T>>()
  #closed = false

  /**
   * @param capacity how many values wait in between before senders do; 0 hands each over directly
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, RangeError with `code` `ERR_OUT_OF_RANGE`
   */
  constructor(capacity: number) {
    validateInteger(capacity, 'capacity', 0)
    this.capacity = capacity
  }

  /** How many values are in between now; those of waiting senders do not count. */
  get size(): number {
    return this.#buffer.length
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Resolves when the value is in the channel, or received if there is no room. Rejects with a {@link ClosedError}, `code`
   * `ERR_HEDDLE_CLOSED`, when the channel is closed before, and with an {@link AbortError}: in both cases it was not sent.
   */
  send(value: T, options?: ChannelOptions): Promise<void> {
    const signal = signalOf(options)
    if (signal?.aborted) return Promise.reject(new AbortError(signal))
    if (this.#closed) return Promise.reject(new ClosedError('channel'))
    return this.#offer(value) ? Promise.resolve() : this.#senders.wait(value, signal)
  }

  /** Whether the value was sent: not when a `send` would have to wait. Throws a {@link ClosedError} when it is closed. */
  trySend(value: T): boolean {
    if (this.#closed) throw new ClosedError('channel')
    return this.#offer(value)
  }

  /** Resolves to the next value, or to `{ done: true }` when the channel is closed and everything was received. */
  receive(options?: ChannelOptions): Promise<Received<T>> {
    const signal = signalOf(options)
    if (signal?.aborted) return Promise.reject(new AbortError(signal))
    const received = this.tryReceive()
    return received === undefined ? this.#receivers.wait(undefined, signal) : Promise.resolve(received)
  }

  /** What `receive` would come to at once, or undefined when it would have to wait. */
  tryReceive(): Received<T> | undefined {
    const sender = this.#senders.first
    if (this.#buffer.length > 0) {
      const value = this.#buffer.shift()
      if (sender !== undefined) this.#buffer.push(this.#takeFrom(sender))
      return { done: false, value }
    }
    if (sender !== undefined) return { done: false, value: this.#takeFrom(sender) }
    return this.#closed ? { done: true, value: undefined } : undefined
  }

  /**
   * No value is sent from now on: waiting senders keep theirs and get a {@link ClosedError}. Receivers get what is there
   * already, then the end. Safe to call again.
   */
  close(): void {
    this.#closed = true
    this.#senders.rejectAll(() => new ClosedError('channel'))
    while (this.#receivers.first !== undefined) {
      this.#receivers.resolveFirst({ done: true, value: undefined })
    }
  }

  /** The values until the channel is closed. Leaving the loop does not close it: others may go on. */
  values(options?: ChannelOptions): AsyncGenerator<T, undefined, void> {
    signalOf(options)
    return this.#drain(options)
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, undefined, void> {
    return this.values()
  }

  async *#drain(options: ChannelOptions | undefined): AsyncGenerator<T, undefined, void> {
    for (;;) {
      const received = await this.receive(options)
      if (received.done) return undefined
      yield received.value
    }
  }

  #offer(value: T): boolean {
    if (this.#receivers.first !== undefined) {
      this.#receivers.resolveFirst({ done: false, value })
    } else if (this.#buffer.length < this.capacity) {
      this.#buffer.push(value)
    } else {
      return false
    }
    return true
  }

  #takeFrom(sender: { readonly request: T }): T {
    this.#senders.resolveFirst()
    return sender.request
  }
}
