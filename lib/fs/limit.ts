import { constants } from 'node:os'
import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'
import { submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { AbortError, TimeoutError } from '../errors.js'
import { validateDuration, validateSignal } from '../validate.js'

/** How long an operation may take. */
export interface Limits {
  /** Ends the operation early: it then rejects with an `AbortError`. */
  signal?: AbortSignal | undefined
  /** Ends it after so many milliseconds: it then rejects with a `TimeoutError`. */
  timeout?: number | undefined
}

const canceled = -constants.errno.ECANCELED

/** The limits of one call, which may make several operations. */
export class Limit {
  readonly #given: AbortSignal | undefined
  readonly #timeout: number | undefined
  readonly #signal: AbortSignal

  /** Throws when the signal is aborted already. */
  constructor({ signal, timeout }: Limits) {
    validateSignal(signal)
    if (timeout !== undefined) validateDuration(timeout, 'options.timeout')
    if (signal?.aborted) throw new AbortError(signal)
    this.#given = signal
    this.#timeout = timeout
    const clock = timeout === undefined ? undefined : AbortSignal.timeout(Math.ceil(timeout))
    const all = [signal, clock].filter((each) => each !== undefined)
    this.#signal = all.length === 1 ? (all[0] as AbortSignal) : AbortSignal.any(all)
  }

  /** Watches for one operation that has been submitted. */
  watch(id: number): LimitWatch {
    return new LimitWatch(this, this.#signal, id)
  }

  get passed(): boolean {
    return this.#signal.aborted
  }

  /** Why the operation has ended early. */
  error(): Error {
    return this.#given?.aborted ? new AbortError(this.#given) : new TimeoutError(this.#timeout ?? 0)
  }

  throwIfPassed(): void {
    if (this.passed) throw this.error()
  }
}

/** Asks native code to end one operation when its limit has passed. */
export class LimitWatch implements AbortWatcher {
  readonly #limit: Limit
  readonly #signal: AbortSignal
  readonly #id: number

  constructor(limit: Limit, signal: AbortSignal, id: number) {
    this.#limit = limit
    this.#signal = signal
    this.#id = id
    if (signal.aborted) this.aborted()
    else watchAbort(signal, this)
  }

  aborted(): void {
    submit(opcode.cancel, 0, this.#id, 0, 0, 0, 0, 0)
  }

  /** The operation has ended with this status; from here on its id may be another's. The error to reject with, if it is the limit's. */
  release(status: number): Error | undefined {
    unwatchAbort(this.#signal, this)
    return status === canceled && this.#limit.passed ? this.#limit.error() : undefined
  }
}

/** Undefined where there is none. Throws when the signal is aborted already. */
export function limitOf(options: Limits | null | undefined): Limit | undefined {
  if (options == null || (options.signal === undefined && options.timeout === undefined)) return undefined
  return new Limit(options)
}
