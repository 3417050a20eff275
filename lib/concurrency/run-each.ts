import type { Task } from './task.js'

/** How a task ended. */
export type End<T> = { readonly value: T } | { readonly error: unknown }

/**
 * Runs the tasks side by side, at most `limit` of them at a time and in their order, and resolves when all that were
 * started have ended. The first `limit` are started in any case; later ones only while the signal is not aborted.
 *
 * @param ended called at each end, in the order of the ends
 * @returns whether all were started
 */
export async function runEach<T>(
  tasks: readonly Task<T>[],
  signal: AbortSignal,
  limit: number,
  ended: (index: number, end: End<T>) => void,
): Promise<boolean> {
  let next = 0
  const runNext = async (): Promise<void> => {
    const index = next++
    const task = tasks[index] as Task<T>
    await undefined
    try {
      ended(index, { value: await task(signal) })
    } catch (error) {
      ended(index, { error })
    }
  }
  const lane = async (): Promise<void> => {
    do await runNext()
    while (next < tasks.length && !signal.aborted)
  }
  const lanes = Math.min(limit, tasks.length)
  await Promise.all(Array.from({ length: lanes }, lane))
  return next >= tasks.length
}
