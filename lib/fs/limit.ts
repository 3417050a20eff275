import { constants } from 'node:os'
import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'
import { cancel } from '../bridge/bridge.js'
import { timeout as inTime } from '../concurrency/timeout.js'
import { AbortError, TimeoutError } from '../errors.js'
import { Timer } from '../timer.js'
import { validateLimits } from '../validate.js'

/**
 * How long an operation may take. What it has begun is waited for: an error that says it ended early comes when nothing of it
 * is under way any more, and a success that comes late is still one. What is done then, of each operation: docs/files.md.
 */
export interface Limits {
  /** Ends the operation early: it then rejects with an `AbortError`. */
  signal?: AbortSignal | undefined
  /** Ends it after so many milliseconds: it then rejects with a `TimeoutError`. From 0 to 9e9, fractions count. */
  timeout?: number | undefined
}

const canceled = -constants.errno.ECANCELED

/** The limits of one call, which may make several operations. Only while one is in flight is there a timer. */
export class Limit implements AbortWatcher {
  readonly #signal: AbortSignal | undefined
  readonly #timeout: number | undefined
  readonly #deadline: number
  readonly #inFlight = new Set<number>()
  #timer: Timer | undefined
  #late = false

  /** Throws when the signal is aborted already. */
  constructor({ signal, timeout }: Limits) {
    validateLimits({ signal, timeout })
    if (signal?.aborted) throw new AbortError(signal)
    this.#signal = signal
    this.#timeout = timeout
    this.#deadline = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout
  }

  /** Watches for one operation that has been submitted. */
  watch(id: number): LimitWatch {
    if (this.#inFlight.size === 0) this.#arm()
    this.#inFlight.add(id)
    if (this.#signal?.aborted || this.#late) cancel(id)
    return new LimitWatch(this, id)
  }

  #arm(): void {
    if (this.#signal !== undefined) watchAbort(this.#signal, this)
    if (this.#timeout === undefined || this.#late) return
    this.#timer = new Timer(Math.max(0, this.#deadline - performance.now()), () => {
      this.#late = true
      this.aborted()
    })
  }

  aborted(): void {
    for (const id of this.#inFlight) cancel(id)
  }

  /** @internal */
  ended(id: number): void {
    this.#inFlight.delete(id)
    if (this.#inFlight.size > 0) return
    if (this.#signal !== undefined) unwatchAbort(this.#signal, this)
    this.#timer?.cancel()
  }

  get passed(): boolean {
    return this.#late || this.#signal?.aborted === true || performance.now() >= this.#deadline
  }

  /** Why the operation has ended early. */
  error(): Error {
    return this.#signal?.aborted ? new AbortError(this.#signal) : new TimeoutError(this.#timeout ?? 0)
  }
}

/** Asks native code to end one operation when its limit has passed. */
export class LimitWatch {
  readonly #limit: Limit
  readonly #id: number

  constructor(limit: Limit, id: number) {
    this.#limit = limit
    this.#id = id
  }

  /** The operation has ended with this status; from here on its id may be another's. The error to reject with, if it is the limit's. */
  release(status: number): Error | undefined {
    this.#limit.ended(this.#id)
    return status === canceled && this.#limit.passed ? this.#limit.error() : undefined
  }
}

/** Undefined where there is none. Throws when the signal is aborted already. */
export function limitOf(options: Limits | null | undefined): Limit | undefined {
  if (options == null || (options.signal === undefined && options.timeout === undefined)) return undefined
  return new Limit(options)
}

/** For calls that make many operations and take a signal for each: the one they are given also knows the time limit. */
export function withinLimits<T>(
  { signal, timeout }: Limits,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<Awaited<T>> | Promise<T> {
  return timeout === undefined ? work(signal) : inTime(timeout, work, { signal })
}
