import { ArgumentRangeError } from '../argument-errors.js'
import { AbortError, SiblingError } from '../errors.js'
import { signalOf, validateInteger } from '../validate.js'
import { isCancellation } from './cancellation.js'
import { LinkedAbort } from './linked-abort.js'
import { runEach } from './run-each.js'
import { type Task, validateTasks } from './task.js'

export interface AllOptions {
  /** Cancels the tasks. */
  signal?: AbortSignal | undefined
  /** At most so many tasks at a time; the others start in order as these end. All at once when it is not given. */
  concurrency?: number | undefined
}

/**
 * Runs the functions side by side and resolves to their results, in their order, when all have ended.
 *
 * ```ts
 * const [size, name] = await all([(signal) => measure(file, signal), (signal) => describe(file, signal)])
 * ```
 *
 * The first error cancels the others: their signal is aborted with a {@link SiblingError} that names it. When all that were
 * started have ended, it rejects with that error; later errors are dropped.
 *
 * @param tasks functions that take the signal; an iterable is read at the call
 * @throws TypeError and RangeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`, at the call. Rejects with an
 * {@link AbortError} when `options.signal` cut a task short or kept it from being started
 */
export function all<const Tasks extends readonly Task<unknown>[] | []>(
  tasks: Tasks,
  options?: AllOptions,
): Promise<{ -readonly [Index in keyof Tasks]: ResultOf<Tasks[Index]> }>
export function all<T>(tasks: Iterable<Task<T>>, options?: AllOptions): Promise<T[]>
export function all(tasks: Iterable<Task<unknown>>, options?: AllOptions): Promise<unknown[]> {
  const list = validateTasks(tasks)
  const signal = signalOf(options)
  const concurrency = concurrencyOf(options)
  if (signal?.aborted) return Promise.reject(new AbortError(signal))
  return run(list, signal, concurrency)
}

/** What a task comes to. */
export type ResultOf<T> = T extends (signal: AbortSignal) => infer Result ? Awaited<Result> : never

function concurrencyOf(options: AllOptions | undefined): number {
  const { concurrency = Number.POSITIVE_INFINITY } = options ?? {}
  if (concurrency === Number.POSITIVE_INFINITY) return concurrency
  validateInteger(concurrency, 'options.concurrency')
  if (concurrency < 1) throw new ArgumentRangeError('options.concurrency', '>= 1', concurrency)
  return concurrency
}

async function run(
  tasks: readonly Task<unknown>[],
  signal: AbortSignal | undefined,
  concurrency: number,
): Promise<unknown[]> {
  const abort = new LinkedAbort(signal)
  const results = new Array<unknown>(tasks.length)
  let failure: { readonly error: unknown } | undefined
  const complete = await runEach(tasks, abort.signal, concurrency, (index, end) => {
    if ('value' in end) {
      results[index] = end.value
    } else if (failure === undefined) {
      const cutShort = isCancellation(end.error, abort.signal)
      failure = cutShort ? { error: new AbortError(signal) } : end
      abort.abort(new SiblingError(end.error))
    }
  })
  abort.release()
  if (failure !== undefined) throw failure.error
  if (!complete) throw new AbortError(signal)
  return results
}
