import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { expect } from '../bridge/bridge.js'
import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { validateBoolean, validateFunction, validateInteger, validateObject } from '../validate.js'
import { type CudaError, errorOf } from './cuda-error.js'
import { Device } from './device.js'
import { toDeviceInfo } from './device-info.js'
import { type LeakReport, Ledger } from './leaks.js'
import { call } from './pending.js'

/** In milliseconds. */
const day = 86_400_000

/** A fault that the host device is to have, for testing how a program takes it. */
export interface Fault {
  /** The call of the CUDA runtime, such as `cudaMemcpyAsync`, `cudaMalloc` or `cudaEventRecord`; or `histogram`. */
  readonly operation: string
  /**
   * `fail`: it returns an error, once. `sticky`: the device dies of it. `lostCompletion`: the work is done, but the device
   * never says so (with `cudaEventRecord`). `slow`: it takes `delay` milliseconds longer; a call that is no work of a stream
   * keeps the thread that makes it so long.
   */
  readonly kind: 'fail' | 'sticky' | 'lostCompletion' | 'slow'
  /** At which call of the operation, from 1. Default: 1. */
  readonly at?: number
  /** For how many calls in a row. Default: 1. */
  readonly times?: number
  /**
   * The CUDA error number. Default: 2 (out of memory) for allocations that fail, 999 (unknown error) for other calls that
   * do, 700 (illegal address) for what the device dies of. It also dies of a call that fails with a number such as 700.
   */
  readonly number?: number
  /** Milliseconds, for `slow`. */
  readonly delay?: number
}

export interface OpenOptions {
  /**
   * Milliseconds after which a completion that shows no progress is looked into. Slow work is left alone; a completion that
   * was lost is found and rejects. Default: 1000; 0: never.
   */
  readonly watchdog?: number
  /** Milliseconds that `close` lets the device finish what it is doing. Default: 2000. */
  readonly closeTimeout?: number
  /**
   * Errors of operations say where those were submitted (`enqueuedAt`, and as the `cause`), also of those that nobody awaits.
   * Each operation is then told of, and costs some microseconds more. Default: false.
   */
  readonly debug?: boolean
  /**
   * What lives on when the device is closed is reported, with its size, type, label, and where it was allocated: as a warning
   * of the process, or to a function. Costs a stack trace for each allocation. Default: no report.
   */
  readonly leaks?: LeakReport
  /** For the host device alone. */
  readonly host?: {
    /** Bytes that can be allocated in all. Default: three quarters of this machine's memory. */
    readonly memoryLimit?: number
    /** Whether copies of ordinary memory are staged through pinned memory, as on a GPU. Default: false. */
    readonly stagePageable?: boolean
    readonly faults?: readonly Fault[]
  }
}

/**
 * Opens a GPU by its number, or the host device: the same contract carried out by CPU threads, for hosts without a GPU
 * and for tests. It is never chosen silently.
 *
 * @param device number of the GPU, as `devices()` counts them, or `'host'`. Default: 0
 * @throws TypeError or RangeError at the call; rejects with a {@link CudaError} that says what would help when there is
 *   no such GPU or CUDA can't be used
 */
export function open(device: number | 'host' = 0, options: OpenOptions = {}): Promise<Device> {
  if (device !== 'host') {
    if (typeof device !== 'number') throw new ArgumentTypeError('device', "of type number, or 'host'", device)
    validateInteger(device, 'device', 0, 1023)
  }
  const { watchdog, closeTimeout, debug, leaks, host } = validateOptions(options, device)
  let tellLost: (error: CudaError) => void
  const lost = new Promise<CudaError>((resolve) => {
    tellLost = resolve
  })
  const lostId = expect({
    background: true,
    settle: (status, _value, id) => tellLost(errorOf(status, id) as CudaError),
  })
  return call(
    (id) =>
      addon.openDevice(id, lostId, {
        ...(device === 'host' ? host : { ordinal: device }),
        ...(watchdog === undefined ? {} : { watchdog }),
        ...(closeTimeout === undefined ? {} : { closeTimeout }),
      }),
    (number) => {
      const info = addon.deviceInfo(number)
      if (info === undefined)
        throw new HeddleError('ERR_HEDDLE_DEVICE', 'the device closed while it was opened')
      const ledger = leaks === undefined ? undefined : new Ledger(leaks)
      return new Device(number, toDeviceInfo(info), lost, { debug, ledger })
    },
  )
}

function validateOptions(options: OpenOptions, device: number | 'host'): OpenOptions {
  validateObject(options, 'options')
  const { watchdog, closeTimeout, debug, leaks, host } = options
  if (watchdog !== undefined) validateInteger(watchdog, 'options.watchdog', 0, day)
  if (closeTimeout !== undefined) validateInteger(closeTimeout, 'options.closeTimeout', 0, day)
  if (debug !== undefined) validateBoolean(debug, 'options.debug')
  if (leaks !== undefined && leaks !== 'report') validateFunction(leaks, 'options.leaks')
  if (host === undefined) return options
  validateObject(host, 'options.host')
  if (device !== 'host')
    throw new ArgumentValueError('options.host', host, "goes with the device 'host' only")
  const { memoryLimit, stagePageable, faults } = host
  if (memoryLimit !== undefined) validateInteger(memoryLimit, 'options.host.memoryLimit', 1)
  if (stagePageable !== undefined) validateBoolean(stagePageable, 'options.host.stagePageable')
  if (faults === undefined) return options
  if (!Array.isArray(faults))
    throw new ArgumentTypeError('options.host.faults', 'an instance of Array', faults)
  faults.forEach(validateFault)
  return options
}

function validateFault(fault: Fault): void {
  const name = 'options.host.faults[]'
  validateObject(fault, name)
  const { operation, kind, at, times, number, delay } = fault
  if (!['fail', 'sticky', 'lostCompletion', 'slow'].includes(kind)) {
    throw new ArgumentValueError(`${name}.kind`, kind)
  }
  const calls = addon.driverCalls()
  if (!calls.includes(operation)) {
    throw new ArgumentValueError(`${name}.operation`, operation, `is none of ${calls.join(', ')}`)
  }
  if (kind === 'lostCompletion' && operation !== 'cudaEventRecord') {
    throw new ArgumentValueError(`${name}.operation`, operation, 'completes nothing that could be lost')
  }
  if (at !== undefined) validateInteger(at, `${name}.at`, 1)
  if (times !== undefined) validateInteger(times, `${name}.times`, 1)
  if (number !== undefined) validateInteger(number, `${name}.number`, 1, 2 ** 31 - 1)
  if (delay !== undefined) validateInteger(delay, `${name}.delay`, 0, day)
}
