import { availableParallelism } from 'node:os'
import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads'
import { ArgumentTypeError } from '../argument-errors.js'
import { AbortError, ClosedError } from '../errors.js'
import { signalOf, validateInteger, validateObject } from '../validate.js'
import { OffloadError } from './offload-error.js'
import { type AnyFunction, sourceOf } from './offload-source.js'
import type { Code } from './offload-task.js'
import { OffloadWorkers } from './offload-workers.js'
import { Semaphore } from './semaphore.js'

export interface OffloadOptions {
  /** Ends the task: its worker is stopped, wherever it is, and the Promise then rejects with an {@link AbortError}. */
  signal?: AbortSignal | undefined
  /** What of the arguments is moved instead of copied, as for `postMessage`. */
  transfer?: readonly Transferable[] | undefined
}

export interface OffloadModuleOptions extends OffloadOptions {
  /** The export to call; `default` when it is not given. */
  name?: string | undefined
}

export interface OffloadPoolOptions {
  /** How many workers there may be; `os.availableParallelism()` when it is not given. */
  threads?: number | undefined
}

/**
 * Workers that run JavaScript functions. They start when they are needed, end when they have been idle for a while, and do
 * not keep the process alive; tasks do. One task at a time runs in a worker, and the others wait for their turn, first
 * come, first served.
 */
export class OffloadPool implements AsyncDisposable {
  readonly threads: number
  readonly #turns: Semaphore
  readonly #workers: OffloadWorkers
  #closing: Promise<void> | undefined

  /** @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, RangeError with `code` `ERR_OUT_OF_RANGE` */
  constructor(options: OffloadPoolOptions = {}) {
    validateObject(options, 'options')
    const { threads = availableParallelism() } = options
    validateInteger(threads, 'options.threads', 1, 1024)
    this.threads = threads
    this.#turns = new Semaphore(threads)
    this.#workers = new OffloadWorkers(threads)
  }

  /** Runs a function, or an export of a module, in a worker of this pool; see {@link offload}. Throws a {@link ClosedError} after `close`. */
  run<Arguments extends readonly unknown[], Result>(
    task: (...args: Arguments) => Result,
    args: Readonly<NoInfer<Arguments>>,
    options?: OffloadOptions,
  ): Promise<Awaited<Result>>
  run<Result>(task: () => Result): Promise<Awaited<Result>>
  run<Result = unknown>(
    module: URL,
    args?: readonly unknown[],
    options?: OffloadModuleOptions,
  ): Promise<Result>
  run(task: unknown, args: unknown = [], options?: OffloadModuleOptions): Promise<unknown> {
    const code = codeOf(task, options)
    if (!Array.isArray(args)) throw new ArgumentTypeError('args', 'an instance of Array', args)
    const signal = signalOf(options)
    if (this.#closing !== undefined) throw new ClosedError('pool')
    if (signal?.aborted) return Promise.reject(new AbortError(signal))
    const { port1, port2 } = new MessageChannel()
    sendArguments(port1, args, options?.transfer)
    return this.#run(code, port1, port2, signal)
  }

  /** Takes no more tasks, waits for those it has, and ends the workers. Safe to call again. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(
    code: Code,
    here: MessagePort,
    there: MessagePort,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    try {
      return await this.#turns.run(() => this.#workers.run({ code, port: there }, here, signal), { signal })
    } finally {
      here.close()
    }
  }

  async #close(): Promise<void> {
    await this.#turns.acquire({ permits: this.threads })
    await this.#workers.close()
  }
}

function codeOf(task: unknown, options: OffloadModuleOptions | undefined): Code {
  if (typeof task === 'function') return { source: sourceOf(task as AnyFunction) }
  if (!(task instanceof URL))
    throw new ArgumentTypeError('task', 'of type function or an instance of URL', task)
  const { name = 'default' } = options ?? {}
  if (typeof name !== 'string') throw new ArgumentTypeError('options.name', 'of type string', name)
  return { module: task.href, name }
}

function sendArguments(
  port: MessagePort,
  args: readonly unknown[],
  transfer: readonly Transferable[] | undefined,
): void {
  if (transfer !== undefined && !Array.isArray(transfer)) {
    port.close()
    throw new ArgumentTypeError('options.transfer', 'an instance of Array', transfer)
  }
  try {
    port.postMessage(args, transfer as Transferable[] | undefined)
  } catch (cause) {
    port.close()
    const message = `The arguments can't be sent to a worker: ${(cause as Error).message}`
    throw new OffloadError('ERR_HEDDLE_OFFLOAD_CLONE', message, { cause })
  }
}
