import { constants } from 'node:os'
import { AbortWatch } from '../bridge/abort.js'
import { cancel, type Pending } from '../bridge/bridge.js'
import { ClosedError, TimeoutError } from '../errors.js'
import { Timer } from '../timer.js'
import { type ErrorPlace, SocketError } from './socket-error.js'
import type { WaitOptions } from './waiter.js'

/** A datagram that waits until the system has room for it. It keeps the bytes. */
export class PendingDatagram implements Pending {
  readonly bytes: Uint8Array
  readonly #place: ErrorPlace | undefined
  readonly #closed: () => boolean
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void
  #watch: AbortWatch | undefined
  #timer: Timer | undefined
  #timedOut: TimeoutError | undefined

  /** @param closed whether its socket is */
  constructor(
    bytes: Uint8Array,
    place: ErrorPlace | undefined,
    closed: () => boolean,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.bytes = bytes
    this.#place = place
    this.#closed = closed
    this.#resolve = resolve
    this.#reject = reject
  }

  heed(id: number, { signal, timeout }: WaitOptions): void {
    if (signal !== undefined) this.#watch = new AbortWatch(signal, id)
    if (timeout === undefined) return
    this.#timer = new Timer(timeout, () => {
      this.#timedOut = new TimeoutError(timeout)
      cancel(id)
    })
  }

  settle(status: number): void {
    this.#watch?.release()
    this.#timer?.cancel()
    if (status === 0) this.#resolve()
    else this.#reject(this.#error(status))
  }

  #error(status: number): Error {
    if (status !== -constants.errno.ECANCELED) return new SocketError(status, 'send', this.#place)
    if (this.#closed()) return new ClosedError('socket')
    return this.#timedOut ?? this.#watch?.error() ?? new SocketError(status, 'send', this.#place)
  }
}
