import { AbortError } from '../errors.js'
import { signalOf, validateFunction, validateInteger } from '../validate.js'
import { WaitQueue } from './wait-queue.js'

export interface AcquireOptions {
  /** Ends the wait: the Promise then rejects with an {@link AbortError}, and nothing was taken. */
  signal?: AbortSignal | undefined
  /** How many to take at once; 1 when it is not given. */
  permits?: number | undefined
}

/** Permits that were taken. They come back when they are released, not when they are forgotten. */
export interface Permit extends Disposable {
  /** How many there are. */
  readonly permits: number
  /** Gives them back; safe to call again. `using` calls it at the end of the block. */
  release(): void
}

class Taken implements Permit {
  readonly permits: number
  #giveBack: ((permits: number) => void) | undefined

  constructor(permits: number, giveBack: (permits: number) => void) {
    this.permits = permits
    this.#giveBack = giveBack
  }

  release(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.(this.permits)
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/**
 * A number of permits to take and give back. First come, first served, also for large requests: while one waits for
 * eight, nobody behind it gets the one that is there.
 *
 * ```ts
 * const connections = new Semaphore(10)
 * const page = await connections.run(() => fetch(url, { signal }), { signal })
 * ```
 */
export class Semaphore {
  readonly #permits: number
  readonly #waiting = new WaitQueue<number, Permit>(() => this.#serve())
  #available: number

  /**
   * @param permits how many there are, at least 1
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, RangeError with `code` `ERR_OUT_OF_RANGE`
   */
  constructor(permits: number) {
    validateInteger(permits, 'permits', 1)
    this.#permits = permits
    this.#available = permits
  }

  /** How many nobody has now. */
  get available(): number {
    return this.#available
  }

  /**
   * Takes permits, and waits for them if need be. Of a grant and an abort, the first decides.
   *
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` and RangeError with `code` `ERR_OUT_OF_RANGE`, at the call; asking
   * for more than there can be is out of range
   */
  acquire(options?: AcquireOptions): Promise<Permit> {
    const signal = signalOf(options)
    const permits = this.#validCount(options?.permits, 'options.permits')
    if (signal?.aborted) return Promise.reject(new AbortError(signal))
    const permit = this.tryAcquire(permits)
    return permit === undefined ? this.#waiting.wait(permits, signal) : Promise.resolve(permit)
  }

  /** Takes permits if they are there and nobody waits; otherwise undefined. Throws what `acquire` throws. */
  tryAcquire(permits?: number): Permit | undefined {
    const count = this.#validCount(permits, 'permits')
    if (this.#waiting.first !== undefined || count > this.#available) return undefined
    return this.#take(count)
  }

  /** Calls `task` with permits taken, and gives them back when what it returns has settled. */
  run<T>(task: () => T | PromiseLike<T>, options?: AcquireOptions): Promise<Awaited<T>> {
    validateFunction(task, 'task')
    return this.#runWith(this.acquire(options), task)
  }

  async #runWith<T>(acquiring: Promise<Permit>, task: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    const permit = await acquiring
    try {
      return await task()
    } finally {
      permit.release()
    }
  }

  #validCount(permits: number | undefined, name: string): number {
    if (permits === undefined) return 1
    validateInteger(permits, name, 1, this.#permits)
    return permits
  }

  #take(count: number): Permit {
    this.#available -= count
    return new Taken(count, this.#giveBack)
  }

  readonly #giveBack = (permits: number): void => {
    this.#available += permits
    this.#serve()
  }

  #serve(): void {
    for (;;) {
      const next = this.#waiting.first
      if (next === undefined || next.request > this.#available) return
      this.#waiting.resolveFirst(this.#take(next.request))
    }
  }
}
