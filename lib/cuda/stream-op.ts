import { AbortWatch } from '../bridge/abort.js'
import { epoch, expect, nameSubmission, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { AbortError } from '../errors.js'
import { CaptureError, isCapturing } from './capture.js'
import { errorOf } from './cuda-error.js'
import { DebuggedOp } from './debugged-op.js'
import type { Stream } from './stream.js'

class PendingStreamOp implements Pending {
  watch: AbortWatch | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  readonly debug: DebuggedOp | undefined

  constructor(resolve: () => void, reject: (error: unknown) => void, debug: DebuggedOp | undefined) {
    this.resolve = resolve
    this.reject = reject
    this.debug = debug
  }

  settle(status: number, _value: number, id: number): void {
    this.watch?.release()
    if (status === 0) {
      if (this.debug === undefined) this.resolve()
      else this.debug.succeed(this.resolve, this.reject)
      return
    }
    const error = errorOf(status, id)
    if (error instanceof AbortError) this.reject(this.watch?.error() ?? error)
    else this.reject(this.debug?.failed(error) ?? error)
  }
}

/**
 * One operation of a stream, submitted already. It is like a Promise, but asks to be told only when it is awaited: a
 * hundred operations and one `await` cost one notification. The error of an operation that nobody awaits comes out at the
 * next awaited operation of the same stream, or at its `sync()`.
 *
 * Awaited in the turn in which it was submitted, it settles when it is done; awaited later, or when it copies ordinary
 * memory, it settles when everything submitted to the stream up to then is done.
 */
export class StreamOp implements PromiseLike<void> {
  // Kept, since the number of a stream that is collected goes to another.
  readonly #stream: Stream
  readonly #index: number
  readonly #epoch: number
  readonly #signal: AbortSignal | undefined
  readonly #captured: boolean
  readonly #debug: DebuggedOp | undefined
  #promise: Promise<void> | undefined

  /** @internal `index`: where the submission was written; -1 when the signal is aborted, or it went another way. */
  constructor(stream: Stream, index: number, signal: AbortSignal | undefined) {
    this.#stream = stream
    this.#index = index
    this.#epoch = epoch()
    this.#signal = signal
    this.#captured = isCapturing(stream)
    if (!stream.device.debug || this.#captured) return
    this.#debug = new DebuggedOp(stream, StreamOp)
    this.#promise = this.#start()
    // Whoever awaits it gets its error; if nobody does, somebody else will.
    this.#promise.catch(() => undefined)
  }

  #start(): Promise<void> {
    if (this.#captured)
      return Promise.reject(new CaptureError('awaiting an operation', 'it is done with its graph'))
    const signal = this.#signal
    if (signal?.aborted) return Promise.reject(new AbortError(signal))
    const { ended } = this.#stream
    if (ended !== undefined) return ended
    return new Promise((resolve, reject) => {
      const pending = new PendingStreamOp(resolve, reject, this.#debug)
      const id = expect(pending)
      if (this.#index >= 0 && epoch() === this.#epoch) nameSubmission(this.#index, id)
      else submit(opcode.notify, id, this.#stream.number, 0, 0, 0, 0, 0)
      if (signal !== undefined) pending.watch = new AbortWatch(signal, id)
    })
  }

  #settled(): Promise<void> {
    this.#promise ??= this.#start()
    this.#debug?.await()
    return this.#promise
  }

  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited
  then<R = void, E = never>(
    // biome-ignore lint/suspicious/noConfusingVoidType: as in PromiseLike<void>
    onDone?: ((value: void) => R | PromiseLike<R>) | null,
    onError?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#settled().then(onDone, onError)
  }

  catch<E = never>(onError?: ((reason: unknown) => E | PromiseLike<E>) | null): Promise<undefined | E> {
    return this.#settled().then(() => undefined, onError)
  }

  finally(onSettled?: (() => void) | null): Promise<void> {
    return this.#settled().finally(onSettled)
  }
}
