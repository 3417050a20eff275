import { AbortWatch } from './bridge/abort.js'
import { expect, type Pending, submit } from './bridge/bridge.js'
import { opcode } from './bridge/layout.js'
import { AbortError } from './errors.js'
import { signalOf, validateDuration } from './validate.js'

export interface SleepOptions {
  /** Ends the sleep early: the Promise then rejects with an {@link AbortError}. */
  signal?: AbortSignal | undefined
}

type Resolve = (result?: Promise<never>) => void

/** Kept small: the garbage collector moves a hundred thousand of them more than once. */
class PendingSleep implements Pending {
  readonly resolve: Resolve

  constructor(resolve: Resolve) {
    this.resolve = resolve
  }

  settle(status: number): void {
    if (status === 0) this.resolve()
    else this.resolve(Promise.reject(this.error()))
  }

  error(): AbortError {
    return new AbortError()
  }
}

class AbortableSleep extends PendingSleep {
  watch: AbortWatch | undefined

  override settle(status: number): void {
    this.watch?.release()
    super.settle(status)
  }

  override error(): AbortError {
    return this.watch?.error() ?? super.error()
  }
}

let resolveLatest: Resolve | undefined

/** One executor for all: a closure for each would be more to move. */
function keepResolve(resolve: Resolve): void {
  resolveLatest = resolve
}

/**
 * Resolves after `ms` milliseconds (fractions count; never early). A sleeper costs one timer in native code and no
 * timer of Node's, so a hundred thousand of them are no burden.
 *
 * @param ms from 0 to 9e9
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` and RangeError with `code` `ERR_OUT_OF_RANGE`, at the call
 */
export function sleep(ms: number, options?: SleepOptions): Promise<void> {
  validateDuration(ms, 'ms')
  const signal = signalOf(options)
  if (signal?.aborted) return Promise.reject(new AbortError(signal))
  if (signal !== undefined) {
    return new Promise((resolve) => {
      const pending = new AbortableSleep(resolve)
      pending.watch = new AbortWatch(signal, submitSleep(pending, ms))
    })
  }
  const promise = new Promise<void>(keepResolve)
  submitSleep(new PendingSleep(resolveLatest as Resolve), ms)
  return promise
}

function submitSleep(pending: PendingSleep, ms: number): number {
  const id = expect(pending)
  submit(opcode.sleep, id, 0, 0, 0, 0, 0, ms)
  return id
}
