import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'
import { AbortError } from '../errors.js'

/** One that waits: a link of the queue's chain, so that it can leave at once wherever it stands. */
class Waiting<Request, Result> implements AbortWatcher {
  previous: Waiting<Request, Result> | undefined
  next: Waiting<Request, Result> | undefined
  readonly queue: WaitQueue<Request, Result>
  readonly request: Request
  readonly signal: AbortSignal | undefined
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void

  constructor(
    queue: WaitQueue<Request, Result>,
    request: Request,
    signal: AbortSignal | undefined,
    resolve: (result: Result) => void,
    reject: (error: Error) => void,
  ) {
    this.queue = queue
    this.request = request
    this.signal = signal
    this.resolve = resolve
    this.reject = reject
    if (signal !== undefined) watchAbort(signal, this)
  }

  aborted(): void {
    this.queue.abandon(this)
  }
}

/**
 * Calls that wait for their turn, first come, first served. Each ends once: it is taken from the queue and then settled,
 * or its signal is aborted first.
 */
export class WaitQueue<Request, Result> {
  #first: Waiting<Request, Result> | undefined
  #last: Waiting<Request, Result> | undefined
  readonly #onLeave: (() => void) | undefined

  /** @param onLeave called when one that was aborted has left: those behind it may have their turn */
  constructor(onLeave?: () => void) {
    this.#onLeave = onLeave
  }

  /** Precondition: the signal is not aborted. */
  wait(request: Request, signal: AbortSignal | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      const last = this.#last
      const waiting = new Waiting(this, request, signal, resolve, reject)
      waiting.previous = last
      if (last === undefined) this.#first = waiting
      else last.next = waiting
      this.#last = waiting
    })
  }

  /** Whose turn it is. Who was aborted has none, also before its watch has heard of it. */
  get first(): { readonly request: Request } | undefined {
    while (this.#first?.signal?.aborted) this.#end(this.#first)
    return this.#first
  }

  /** Takes out the first. Precondition: there is one. */
  resolveFirst(result: Result): void {
    const first = this.#first as Waiting<Request, Result>
    this.#remove(first)
    first.resolve(result)
  }

  /** Sends all away. */
  rejectAll(errorOf: () => Error): void {
    while (this.first !== undefined) {
      const first = this.#first as Waiting<Request, Result>
      this.#remove(first)
      first.reject(errorOf())
    }
  }

  /** Its signal was aborted while it waited. */
  abandon(waiting: Waiting<Request, Result>): void {
    this.#end(waiting)
    this.#onLeave?.()
  }

  #end(waiting: Waiting<Request, Result>): void {
    this.#remove(waiting)
    waiting.reject(new AbortError(waiting.signal))
  }

  #remove(waiting: Waiting<Request, Result>): void {
    const { previous, next, signal } = waiting
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    if (signal !== undefined) unwatchAbort(signal, waiting)
  }
}
