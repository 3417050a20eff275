import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'
import { AbortError, TimeoutError } from '../errors.js'
import { Timer } from '../timer.js'
import { validateLimits, validateObject } from '../validate.js'

/** What makes a wait end early. */
export interface WaitOptions {
  /** Ends the wait early: the Promise then rejects with an {@link AbortError}. Nothing that arrives is lost. */
  signal?: AbortSignal | undefined
  /** How long to wait at most, in milliseconds. Then the Promise rejects with a {@link TimeoutError}. */
  timeout?: number | undefined
}

export function validateWait(options: WaitOptions | undefined): void {
  if (options === undefined) return
  validateObject(options, 'options')
  validateLimits(options)
}

/** Who wants to hear that a waiter has given up. */
export interface WaiterQueue {
  abandoned(waiter: Waiter): void
}

/** Somebody who waits for the next thing that comes in. */
export class Waiter implements AbortWatcher {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
  /** Whose the wait is: who waits keeps it from being collected, and so from being closed. */
  owner: object | undefined
  /** The queue's own. */
  previous: Waiter | undefined
  next: Waiter | undefined
  waits = false
  #queue: WaiterQueue | undefined
  #signal: AbortSignal | undefined
  #timer: Timer | undefined

  constructor(resolve: (value: never) => void, reject: (error: Error) => void) {
    this.resolve = resolve
    this.reject = reject
  }

  /** Where the bytes are wanted, if not in a new Buffer. */
  target(): Uint8Array | undefined {
    return undefined
  }

  /** Precondition: the signal is not aborted. */
  watch(queue: WaiterQueue, options: WaitOptions): void {
    this.#queue = queue
    const { signal, timeout } = options
    if (signal !== undefined) {
      this.#signal = signal
      watchAbort(signal, this)
    }
    if (timeout !== undefined) this.#timer = new Timer(timeout, () => this.#giveUp(new TimeoutError(timeout)))
  }

  aborted(): void {
    this.#giveUp(new AbortError(this.#signal))
  }

  #giveUp(error: Error): void {
    this.release()
    this.#queue?.abandoned(this)
    this.reject(error)
  }

  /** The wait is over. */
  release(): void {
    if (this.#queue === undefined) return
    if (this.#signal !== undefined) unwatchAbort(this.#signal, this)
    this.#timer?.cancel()
  }
}

/** Somebody who waits for bytes in memory of their own. */
export class TargetWaiter extends Waiter {
  readonly #into: Uint8Array

  constructor(into: Uint8Array, resolve: (value: never) => void, reject: (error: Error) => void) {
    super(resolve, reject)
    this.#into = into
  }

  override target(): Uint8Array {
    return this.#into
  }
}
