import { ArgumentTypeError } from '../argument-errors.js'
import { validateFunction } from '../validate.js'

/** Work that is told by a signal when to end early. What it returns may be a value or a Promise of one. */
export type Task<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** The functions, in order. Throws an ArgumentTypeError where there is anything else. */
export function validateTasks<T>(tasks: Iterable<Task<T>>): Task<T>[] {
  if (typeof tasks !== 'object' || tasks === null || typeof tasks[Symbol.iterator] !== 'function') {
    throw new ArgumentTypeError('tasks', 'an iterable of functions', tasks)
  }
  const list = [...tasks]
  list.forEach((task, index) => {
    validateFunction(task, `tasks[${index}]`)
  })
  return list
}
