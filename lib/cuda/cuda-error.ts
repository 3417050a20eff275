import { deviceFailure } from '../bridge/layout.js'
import { AbortError, HeddleError } from '../errors.js'
import { FileError } from '../fs/file-error.js'
import { addon } from '../native.js'
import { CompileError } from './compile-error.js'
import { takeThrown } from './host-call.js'

/**
 * A failed operation of a device. `code` is the CUDA runtime's name for the error, such as `cudaErrorMemoryAllocation`; the
 * host device uses the same. heddle's own are `heddleErrorDeviceClosed`, `heddleErrorLostCompletion`,
 * `heddleErrorNotBuilt`, `heddleErrorHostFunction`, `heddleErrorNcclMissing`, and those of a group of ranks that has failed
 * (see `Comm`).
 */
export class CudaError extends HeddleError {
  /** The CUDA runtime's number, such as 2; negative for heddle's own. */
  readonly number: number
  /** The call that failed, such as `cudaMalloc`. */
  readonly operation: string
  /** The arguments that matter, such as `bytes=1073741824 free=1048576 total=8589934592`; may be empty. */
  readonly arguments: string
  /** Where the operation was submitted: of a device that was opened with `debug`. Also its `cause`, for a look at it. */
  enqueuedAt?: string

  constructor(failure: {
    number: number
    name: string
    operation: string
    arguments: string
    message: string
  }) {
    super(failure.name, failure.message)
    this.number = failure.number
    this.operation = failure.operation
    this.arguments = failure.arguments
  }

  static {
    CudaError.prototype.name = 'CudaError'
  }
}

/** What is thrown when a closed device, or what belongs to one, is used. */
export function deviceClosed(operation: string): CudaError {
  return new CudaError({
    number: -1,
    name: 'heddleErrorDeviceClosed',
    operation,
    arguments: '',
    message: `heddleErrorDeviceClosed: ${operation}: the device is closed`,
  })
}

/**
 * The error of a failed reply; or what a function has thrown that the stream called. Call it while the reply is handled.
 *
 * @param path of the file, where the operation has one
 * @param compiled name of the source, where it is compiled
 */
export function errorOf(status: number, id: number, path?: string | Buffer, compiled?: string): unknown {
  const detail = addon.takeDetail(id)
  if (compiled !== undefined && isCompileFailure(detail)) return new CompileError(detail, compiled)
  if (status === deviceFailure) {
    const failure = detail as ConstructorParameters<typeof CudaError>[0]
    const thrown = failure.number === hostFunction ? takeThrown(failure.arguments) : undefined
    return thrown === undefined ? new CudaError(failure) : thrown.error
  }
  if (status === cancelled) return new AbortError()
  return new FileError(status, typeof detail === 'string' ? detail : 'copy', path)
}

function isCompileFailure(detail: unknown): detail is ConstructorParameters<typeof CompileError>[0] {
  return typeof detail === 'object' && detail !== null && 'log' in detail
}

/** A function of the program's has thrown. */
const hostFunction = -4
/** -ECANCELED */
const cancelled = -125
