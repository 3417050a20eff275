import { fileURLToPath } from 'node:url'
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import { unwatchAbort, watchAbort } from '../abort-watchers.js'
import { AbortError } from '../errors.js'
import { OffloadError } from './offload-error.js'
import { thrownBy } from './offload-failure.js'
import type { OffloadResult, OffloadTask } from './offload-task.js'

/** How long a worker waits for more before it ends, in milliseconds. */
const idleTimeout = 5000

/**
 * The worker threads, from piscina, which is loaded on first use. Whoever calls keeps to `threads` tasks at a time: then
 * a task never waits in piscina for longer than its worker takes to start.
 */
export class OffloadWorkers {
  readonly #threads: number
  #pool: Promise<Piscina> | undefined

  constructor(threads: number) {
    this.#threads = threads
  }

  /** Settles when the task has ended: after an abort, when its thread has. */
  async run(task: OffloadTask, port: MessagePort, signal: AbortSignal | undefined): Promise<unknown> {
    this.#pool ??= create(this.#threads)
    const pool = await this.#pool
    if (signal?.aborted) throw new AbortError(signal)
    await dispatch(pool, task, signal)
    return resultIn(port)
  }

  async close(): Promise<void> {
    const pool = await this.#pool
    this.#pool = undefined
    await pool?.destroy()
  }
}

async function create(threads: number): Promise<Piscina> {
  const { Piscina } = await import('piscina')
  const pool = new Piscina({
    filename: fileURLToPath(new URL('offload-worker.js', import.meta.url)),
    name: 'runTask',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout,
    // What a task leaves running goes on between tasks.
    atomics: 'disabled',
    recordTiming: false,
  })
  // Of a worker that runs nothing: an error in what a task left behind.
  pool.on('error', (error: Error) => process.emitWarning(error))
  pool.on('workerDestroy', () => queueMicrotask(() => sendAwayStranded(pool)))
  return pool
}

/** When no worker is left, nobody would ever take the tasks for which one was starting. */
function sendAwayStranded(pool: Piscina): void {
  if (pool.threads.length === 0 && pool.queueSize > 0) void pool.destroy()
}

async function dispatch(pool: Piscina, task: OffloadTask, signal: AbortSignal | undefined): Promise<void> {
  const transferList = [task.port]
  if (signal === undefined) return pool.run(task, { transferList }).catch(ended)
  const controller = new AbortController()
  let stopped: Promise<unknown> | undefined
  const watcher = {
    aborted: (): void => {
      const before = pool.threads
      controller.abort()
      const ending = before.filter((thread) => !pool.threads.includes(thread))
      stopped = Promise.all(ending.map((thread: Worker) => thread.terminate()))
    },
  }
  watchAbort(signal, watcher)
  try {
    await pool.run(task, { transferList, signal: controller.signal }).catch(ended)
  } catch (error) {
    if (stopped === undefined) throw error
  } finally {
    unwatchAbort(signal, watcher)
  }
  if (stopped === undefined) return
  await stopped
  throw new AbortError(signal)
}

/** The task itself never throws: only a worker's end makes piscina reject. */
function ended(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause)
  throw new OffloadError('ERR_HEDDLE_OFFLOAD_EXIT', `The worker ended before the task did: ${why}`, { cause })
}

/** What the worker put there before it said that it was ready. */
function resultIn(port: MessagePort): unknown {
  const result = (receiveMessageOnPort(port) as { message: OffloadResult }).message
  if ('value' in result) return result.value
  if ('thrown' in result) throw thrownBy(result.thrown)
  const { refused, message } = result
  if (refused === 'export') throw new OffloadError('ERR_HEDDLE_OFFLOAD_EXPORT', message)
  throw new OffloadError('ERR_HEDDLE_OFFLOAD_CLONE', `The result can't be sent from the worker: ${message}`)
}
