import { AbortError, TimeoutError } from '../errors.js'
import { Timer } from '../timer.js'
import { signalOf, validateDuration, validateFunction } from '../validate.js'
import { isCancellation } from './cancellation.js'
import { LinkedAbort } from './linked-abort.js'
import type { Task } from './task.js'

export interface TimeoutOptions {
  /** Cancels the task, as the limit does. */
  signal?: AbortSignal | undefined
}

/**
 * Gives a task a time limit: calls it with a signal that is aborted after `ms` milliseconds, or when `options.signal` is.
 *
 * ```ts
 * const page = await timeout(50, (signal) => fetch(url, { signal }))
 * ```
 *
 * It always waits for the task to end, so a task that ignores its signal is late, and nothing it uses goes away too
 * early. A value is never lost: one that comes although the time is up is what this resolves to. An error is the task's
 * own, except that one which only says that the limit was reached becomes a {@link TimeoutError}. A limit of 0 still
 * starts the task.
 *
 * @param ms from 0 to 9e9, fractions count; never early
 * @param task a function, since a Promise could not be told to stop
 * @throws TypeError and RangeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`, at the call. Rejects with an
 * {@link AbortError} when `options.signal` cut the task short; aborted before the call, it starts nothing
 */
export function timeout<T>(ms: number, task: Task<T>, options?: TimeoutOptions): Promise<Awaited<T>> {
  validateDuration(ms, 'ms')
  validateFunction(task, 'task')
  const signal = signalOf(options)
  if (signal?.aborted) return Promise.reject(new AbortError(signal))
  return run(ms, task, signal)
}

async function run<T>(ms: number, task: Task<T>, signal: AbortSignal | undefined): Promise<Awaited<T>> {
  const abort = new LinkedAbort(signal)
  let timeUp: TimeoutError | undefined
  const timer = new Timer(ms, () => {
    const error = new TimeoutError(ms)
    if (abort.abort(error)) timeUp = error
  })
  try {
    return await task(abort.signal)
  } catch (error) {
    if (!isCancellation(error, abort.signal)) throw error
    throw timeUp ?? new AbortError(signal)
  } finally {
    timer.cancel()
    abort.release()
  }
}
