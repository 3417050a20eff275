import { receiveMessageOnPort } from 'node:worker_threads'
import { failureOf, wordsOf } from './offload-failure.js'
import type { AnyFunction } from './offload-source.js'
import type { Code, OffloadResult, OffloadTask } from './offload-task.js'

/** The worker's end of `offload`. It is loaded in workers alone, and loads nothing that a task might not need. */

const compiled = new Map<string, AnyFunction>()
/** Programs that make their functions' text up do not fill the memory. */
const mostCompiled = 1000

/** Runs one task; never throws. */
export async function runTask({ code, port }: OffloadTask): Promise<void> {
  const answer = await answerOf(code, (receiveMessageOnPort(port) as { message: unknown[] }).message)
  try {
    port.postMessage(answer)
  } catch (error) {
    port.postMessage({ refused: 'clone', message: wordsOf(error) } satisfies OffloadResult)
  }
  port.close()
}

async function answerOf(code: Code, args: unknown[]): Promise<OffloadResult> {
  try {
    const task = 'source' in code ? compile(code.source) : await load(code.module, code.name)
    if (typeof task === 'string') return { refused: 'export', message: task }
    return { value: await Reflect.apply(task, undefined, args) }
  } catch (error) {
    return { thrown: failureOf(error) }
  }
}

function compile(source: string): AnyFunction {
  const known = compiled.get(source)
  if (known !== undefined) return known
  const task = new Function(
    `'use strict';return (${source}\n)\n//# sourceURL=offloaded-function`,
  )() as AnyFunction
  if (compiled.size === mostCompiled) compiled.clear()
  compiled.set(source, task)
  return task
}

/** The function, or why there is none. */
async function load(module: string, name: string): Promise<AnyFunction | string> {
  const exported = ((await import(module)) as Record<string, unknown>)[name]
  if (typeof exported === 'function') return exported as AnyFunction
  return `${module} exports no function '${name}'`
}
