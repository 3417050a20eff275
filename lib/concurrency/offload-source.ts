import { Script } from 'node:vm'
import { ArgumentValueError } from '../argument-errors.js'

/** Any function, for whoever only hands it on. */
export type AnyFunction = (...args: never) => unknown

const sources = new WeakMap<AnyFunction, string>()

/** The text of a function, which is an expression in strict code. Throws an ArgumentValueError for one that has no such text. */
export function sourceOf(task: AnyFunction): string {
  const known = sources.get(task)
  if (known !== undefined) return known
  const source = Function.prototype.toString.call(task)
  if (/^class\b/.test(source)) throw new ArgumentValueError('task', task, 'is a class')
  try {
    new Script(`'use strict';(${source}\n)`)
  } catch {
    const reason = 'is not a function that can be sent as text: it is a method, bound, or native'
    throw new ArgumentValueError('task', task, reason)
  }
  sources.set(task, source)
  return source
}
