import { AbortWatch } from '../bridge/abort.js'
import { expect, type Pending } from '../bridge/bridge.js'
import { AbortError } from '../errors.js'
import { errorOf } from './cuda-error.js'

/** An operation of a device whose result is made from the reply. */
class PendingDeviceCall<T> implements Pending {
  watch: AbortWatch | undefined
  readonly resultOf: (value: number, id: number) => T
  readonly resolve: (result: T) => void
  readonly reject: (error: unknown) => void
  readonly options: DeviceCallOptions

  constructor(
    resultOf: (value: number, id: number) => T,
    resolve: (result: T) => void,
    reject: (error: unknown) => void,
    options: DeviceCallOptions,
  ) {
    this.resultOf = resultOf
    this.resolve = resolve
    this.reject = reject
    this.options = options
  }

  progress(value: number, id: number): void {
    const { onProgress } = this.options
    if (onProgress === undefined) return
    try {
      onProgress(value, id)
    } catch (error) {
      // The operation does not fail because who watches it did; the error goes where uncaught ones go.
      queueMicrotask(() => {
        throw error
      })
    }
  }

  settle(status: number, value: number, id: number): void {
    this.watch?.release()
    if (status === 0) {
      try {
        this.resolve(this.resultOf(value, id))
      } catch (error) {
        this.reject(error as Error)
      }
      return
    }
    const error = errorOf(status, id, this.options.path, this.options.compiled)
    this.reject(error instanceof AbortError ? (this.watch?.error() ?? error) : error)
  }
}

export interface DeviceCallOptions {
  readonly signal?: AbortSignal | undefined
  readonly path?: string | Buffer
  /** Of a source that is compiled: its name. */
  readonly compiled?: string
  readonly onProgress?: ((value: number, id: number) => void) | undefined
}

/** A Promise for one operation of a device. `submit` gets its id and hands it to native code. */
export async function call<T>(
  submit: (id: number) => void,
  resultOf: (value: number, id: number) => T,
  options: DeviceCallOptions = {},
): Promise<T> {
  const { signal } = options
  if (signal?.aborted) throw new AbortError(signal)
  try {
    return await new Promise<T>((resolve, reject) => {
      const pending = new PendingDeviceCall(resultOf, resolve, reject, options)
      const id = expect(pending)
      submit(id)
      if (signal !== undefined) pending.watch = new AbortWatch(signal, id)
    })
  } catch (error) {
    // The error was made where the reply came in; here the stack leads to the caller.
    if (error instanceof Error) Error.captureStackTrace(error, call)
    throw error
  }
}
