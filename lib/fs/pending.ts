import type { Pending } from '../bridge/bridge.js'
import { expect } from '../bridge/bridge.js'
import { FileError } from './file-error.js'
import type { Limit, LimitWatch } from './limit.js'

/** What an operation on files is called in its errors. */
export interface Called {
  /** As Node names it. */
  readonly syscall: string
  readonly path?: string | Buffer | undefined
  readonly dest?: string | Buffer | undefined
  readonly limit?: Limit | undefined
}

/** An operation on a file whose result is a value made from the reply. */
class PendingCall<T> implements Pending {
  readonly called: Called
  readonly resultOf: (value: number) => T
  readonly resolve: (result: T) => void
  readonly reject: (error: Error) => void
  watch: LimitWatch | undefined

  constructor(
    called: Called,
    resultOf: (value: number) => T,
    resolve: (result: T) => void,
    reject: (error: Error) => void,
  ) {
    this.called = called
    this.resultOf = resultOf
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number): void {
    const early = this.watch?.release(status)
    if (early !== undefined) this.reject(early)
    else if (status === 0) this.resolve(this.resultOf(value))
    else this.reject(new FileError(status, this.called.syscall, this.called.path))
  }
}

/**
 * A Promise for one operation. `submit` gets the operation's id and hands it to native code.
 *
 * @param resultOf makes the result from the reply's value
 */
export async function call<T>(
  called: Called,
  submit: (id: number) => void,
  resultOf: (value: number) => T,
): Promise<T> {
  try {
    return await new Promise((resolve, reject) => {
      const pending = new PendingCall(called, resultOf, resolve, reject)
      const id = expect(pending)
      submit(id)
      if (called.limit !== undefined) pending.watch = called.limit.watch(id)
    })
  } catch (error) {
    // The error was made where the reply came in; here the stack leads to the caller.
    if (error instanceof Error) Error.captureStackTrace(error, call)
    throw error
  }
}
