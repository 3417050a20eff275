import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'

/** A signal of its own that is also aborted, with the same reason, when `parent` is, until it is released. */
export class LinkedAbort implements AbortWatcher, Disposable {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal | undefined

  /** Precondition: `parent` is not aborted. */
  constructor(parent: AbortSignal | undefined) {
    this.#parent = parent
    if (parent !== undefined) watchAbort(parent, this)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether this is what aborted the signal: the first reason counts. */
  abort(reason: unknown): boolean {
    if (this.signal.aborted) return false
    this.#controller.abort(reason)
    return true
  }

  aborted(): void {
    this.abort(this.#parent?.reason)
  }

  /** Nobody uses the signal any more: it leaves the parent. */
  release(): void {
    if (this.#parent !== undefined) unwatchAbort(this.#parent, this)
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
