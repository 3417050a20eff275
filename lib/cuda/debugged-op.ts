import { CudaError } from './cuda-error.js'
import type { Stream } from './stream.js'

/** Errors of operations that nobody awaited, of each stream: the first, for its next awaited operation. */
const kept = new WeakMap<Stream, { error: unknown }>()

/** What an operation of a device that was opened with `debug` knows of itself. Such operations are told of, awaited or not. */
export class DebuggedOp {
  readonly #stream: Stream
  readonly #enqueued: Error
  #awaited = false

  /** `made`: where the stack begins. */
  constructor(stream: Stream, made: new (...args: never) => unknown) {
    this.#stream = stream
    this.#enqueued = new Error('the operation was submitted here')
    Error.captureStackTrace(this.#enqueued, made)
  }

  await(): void {
    this.#awaited = true
  }

  /** The operation is done, and those before it that nobody awaits are settled. */
  succeed(resolve: () => void, reject: (error: unknown) => void): void {
    const earlier = this.#awaited ? kept.get(this.#stream) : undefined
    if (earlier === undefined) {
      resolve()
      return
    }
    kept.delete(this.#stream)
    reject(earlier.error)
  }

  /** Gives the error that it has failed with the place where it was submitted. */
  failed(error: unknown): unknown {
    if (error instanceof CudaError) {
      error.enqueuedAt = (this.#enqueued.stack ?? '').replace(/^.*\n/, '')
      error.cause = this.#enqueued
    }
    if (!this.#awaited && !kept.has(this.#stream)) kept.set(this.#stream, { error })
    return error
  }
}
