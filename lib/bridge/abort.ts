import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'
import { AbortError } from '../errors.js'
import { cancel } from './bridge.js'

/** Watches a signal for one operation: on abort it asks native code for an early end. The reply settles the Promise. */
export class AbortWatch implements AbortWatcher {
  readonly #signal: AbortSignal
  readonly #id: number

  /** Preconditions: the signal is not aborted, and the operation was submitted. */
  constructor(signal: AbortSignal, id: number) {
    this.#signal = signal
    this.#id = id
    watchAbort(signal, this)
  }

  aborted(): void {
    cancel(this.#id)
  }

  /** The operation has ended. */
  release(): void {
    unwatchAbort(this.#signal, this)
  }

  error(): AbortError {
    return new AbortError(this.#signal)
  }
}
