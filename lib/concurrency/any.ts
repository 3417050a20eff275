import { ArgumentValueError } from '../argument-errors.js'
import { AbortError, OvertakenError } from '../errors.js'
import { signalOf } from '../validate.js'
import type { ResultOf } from './all.js'
import { isCancellation } from './cancellation.js'
import { LinkedAbort } from './linked-abort.js'
import { type End, runEach } from './run-each.js'
import { type Task, validateTasks } from './task.js'

export interface AnyOptions {
  /** Cancels the tasks; the first to notice decides. */
  signal?: AbortSignal | undefined
}

/** Which of several tasks ended first, and its value. */
export interface Winner<T, Index extends number = number> {
  readonly index: Index
  readonly value: T
}

/** Of a tuple of tasks: the index says which type the value has. */
export type WinnerOf<Tasks extends readonly unknown[]> = number extends Tasks['length']
  ? Winner<ResultOf<Tasks[number]>>
  : { [Index in keyof Tasks]: Winner<ResultOf<Tasks[Index]>, NumberOf<Index>> }[number]

type NumberOf<Index> = Index extends `${infer Value extends number}` ? Value : number

/**
 * Runs the functions side by side; the first that ends, with a value or an error, wins. The others are cancelled (their
 * signal is aborted with an {@link OvertakenError}) and waited for; what they come to is dropped. Of those that end at the
 * same time, the first in the list wins.
 *
 * ```ts
 * const { index, value } = await any(mirrors.map((url) => (signal) => download(url, signal)))
 * ```
 *
 * This is neither `Promise.any`, which waits for a value, nor `Promise.race`, which leaves the losers running: a loser
 * that ignores its signal holds up the result.
 *
 * @param tasks at least one function; an iterable is read at the call
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, at the call. Rejects with the winner's
 * error, which is an {@link AbortError} when `options.signal` cut it short
 */
export function any<const Tasks extends readonly [Task<unknown>, ...Task<unknown>[]]>(
  tasks: Tasks,
  options?: AnyOptions,
): Promise<WinnerOf<Tasks>>
export function any<T>(tasks: Iterable<Task<T>>, options?: AnyOptions): Promise<Winner<T>>
export function any(tasks: Iterable<Task<unknown>>, options?: AnyOptions): Promise<Winner<unknown>> {
  const list = validateTasks(tasks)
  if (list.length === 0) {
    throw new ArgumentValueError('tasks', list, 'is empty, and would be waited for without end')
  }
  const signal = signalOf(options)
  if (signal?.aborted) return Promise.reject(new AbortError(signal))
  return run(list, signal)
}

async function run(
  tasks: readonly Task<unknown>[],
  signal: AbortSignal | undefined,
): Promise<Winner<unknown>> {
  const abort = new LinkedAbort(signal)
  let first: { readonly index: number; readonly end: End<unknown> } | undefined
  await runEach(tasks, abort.signal, tasks.length, (index, end) => {
    if (first !== undefined) return
    const cutShort = 'error' in end && isCancellation(end.error, abort.signal)
    first = { index, end: cutShort ? { error: new AbortError(signal) } : end }
    abort.abort(new OvertakenError(index))
  })
  abort.release()
  const { index, end } = first as NonNullable<typeof first>
  if ('error' in end) throw end.error
  return { index, value: end.value }
}
