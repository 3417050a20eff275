import { AbortError, ClosedError, SiblingError } from '../errors.js'
import { signalOf, validateFunction } from '../validate.js'
import { isCancellation } from './cancellation.js'
import { LinkedAbort } from './linked-abort.js'
import type { Task } from './task.js'

export interface ScopeOptions {
  /** Cancels the scope: it then rejects with an {@link AbortError}, when its tasks have ended. */
  signal?: AbortSignal | undefined
}

/** Tasks that run side by side and are waited for together. Made by {@link scope}. */
export interface Scope {
  /** Aborted when the scope is cancelled, by whatever: each task gets it. */
  readonly signal: AbortSignal
  /** How many tasks have not ended, the body of the scope among them. */
  readonly live: number
  /**
   * Starts a task in this turn of the event loop, though not within this call. Also a task that runs may spawn more, and a
   * cancelled scope takes new tasks, whose signal is aborted already.
   *
   * @returns what the task comes to. Nobody need look at it: a rejection is the scope's business
   * @throws ClosedError with `code` `ERR_HEDDLE_CLOSED` when the scope has ended
   */
  spawn<T>(task: Task<T>): Promise<T>
  /**
   * Aborts the signal, with `reason`. That tasks reject because of it is no failure of the scope, which still waits for
   * them and gives what its body gives.
   */
  cancel(reason?: unknown): void
}

class Nursery implements Scope {
  readonly #abort: LinkedAbort
  readonly ended: Promise<void>
  #end: () => void = ignore
  #live = 0
  #closed = false
  #failure: { readonly error: unknown } | undefined

  constructor(parent: AbortSignal | undefined) {
    this.#abort = new LinkedAbort(parent)
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get live(): number {
    return this.#live
  }

  /** The first error that was more than a consequence of a cancellation. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  spawn<T>(task: Task<T>): Promise<T> {
    validateFunction(task, 'task')
    if (this.#closed) throw new ClosedError('scope')
    ++this.#live
    const outcome = this.#run(task)
    outcome.catch(ignore)
    return outcome
  }

  cancel(reason: unknown = new AbortError()): void {
    if (!this.#closed) this.#abort.abort(reason)
  }

  async #run<T>(task: Task<T>): Promise<T> {
    await undefined
    try {
      return await task(this.signal)
    } catch (error) {
      this.#fail(error)
      throw error
    } finally {
      if (--this.#live === 0) this.#close()
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined || isCancellation(error, this.signal)) return
    this.#failure = { error }
    this.#abort.abort(new SiblingError(error))
  }

  #close(): void {
    this.#closed = true
    this.#abort.release()
    this.#end()
  }
}

function ignore(): void {}

/**
 * A nursery: runs `body`, which spawns tasks, and settles only when the body and all tasks have ended.
 *
 * ```ts
 * const page = await scope(async (s) => {
 *   s.spawn((signal) => heartbeat(signal))
 *   const page = await s.spawn((signal) => fetchPage(url, signal))
 *   s.cancel() // the heartbeat may end
 *   return page
 * })
 * ```
 *
 * The first that fails, a task or the body, cancels the others: their signal is aborted with a {@link SiblingError} that
 * names the error, and the scope rejects with that error when all have ended. A task that ignores its signal holds up the
 * scope. Who handles a task's error does so inside of the task: also one caught from the Promise of `spawn` fails the scope.
 *
 * @returns what the body returns
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, at the call. Rejects with an {@link AbortError} when the signal is
 * aborted before the scope has ended and nothing else has failed; aborted before the call, it runs nothing
 */
export function scope<T>(
  body: (scope: Scope) => T | PromiseLike<T>,
  options?: ScopeOptions,
): Promise<Awaited<T>> {
  validateFunction(body, 'body')
  const signal = signalOf(options)
  if (signal?.aborted) return Promise.reject(new AbortError(signal))
  return run(body, signal)
}

async function run<T>(
  body: (scope: Scope) => T | PromiseLike<T>,
  signal: AbortSignal | undefined,
): Promise<Awaited<T>> {
  const nursery = new Nursery(signal)
  const result = nursery.spawn(() => body(nursery))
  await nursery.ended
  if (nursery.failure !== undefined) throw nursery.failure.error
  if (signal?.aborted) throw new AbortError(signal)
  return await result
}
