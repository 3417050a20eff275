import { ArgumentRangeError, ArgumentTypeError } from '../argument-errors.js'
import { memoryOf } from '../bridge/memory.js'
import { isDetached } from '../detached.js'
import { HeddleError } from '../errors.js'
import { disposedError, HostAllocation } from './allocation.js'
import type { Device } from './device.js'
import { type DeviceArray, DeviceMemory } from './device-array.js'
import { type Dtype, fits } from './dtype.js'
import type { PinnedArray } from './pinned-array.js'

/** Where a copy reads or writes: device memory, pinned memory, or any typed array, Buffer or DataView. */
export type Span = DeviceArray | PinnedArray | NodeJS.ArrayBufferView

/** A span as a submission names it. */
export interface ResolvedSpan {
  /** -1 when there are no bytes of ordinary memory. */
  readonly memory: number
  readonly byteOffset: number
  readonly byteLength: number
  /** Ordinary memory, which JavaScript may collect as soon as nobody refers to it. */
  readonly pageable: boolean
  /** The device whose memory it is, when that is another than the stream's. */
  readonly peer?: Device
  /** Memory of the host, pinned or ordinary. */
  readonly host?: boolean
}

/**
 * Checks a span of a stream of `device`; throws a typed error that names what is wrong.
 *
 * @param peers whether memory of other devices will do
 */
export function resolveSpan(span: unknown, name: string, device: object, peers = false): ResolvedSpan {
  if (span instanceof DeviceMemory) {
    const { allocation, byteOffset, byteLength } = span
    if (allocation.disposed) throw disposedError(name)
    const { memory } = allocation
    const host = allocation instanceof HostAllocation
    const owner = allocation.device as Device
    if (owner === device) return { memory, byteOffset, byteLength, pageable: false, host }
    const reached = areOfOneKind(device as Device, owner)
    // Any device reaches pinned memory, which outlives the device that allocated it.
    if (host && reached) return { memory, byteOffset, byteLength, pageable: false, host }
    if (!peers || !reached || owner.closed) throw otherDevice(name)
    return { memory, byteOffset, byteLength, pageable: false, peer: owner }
  }
  if (!ArrayBuffer.isView(span)) {
    throw new ArgumentTypeError(
      name,
      'an instance of DeviceArray, PinnedArray, TypedArray, Buffer, or DataView',
      span,
    )
  }
  const { buffer, byteOffset, byteLength } = span
  const { resizable, growable } = buffer as { resizable?: boolean; growable?: boolean }
  if (resizable === true || growable === true) {
    throw new ArgumentTypeError(name, 'a view of a buffer that is not resizable', span)
  }
  const memory = byteLength === 0 ? -1 : memoryOf(buffer)
  if (memory < 0 && (byteLength > 0 || isDetached(span))) throw detachedError(name)
  return { memory, byteOffset, byteLength, pageable: true, host: true }
}

/** GPUs reach each other, and so do host devices, which have the memory of one process. */
function areOfOneKind(device: Device, other: Device): boolean {
  return (device.info.id === 'host') === (other.info.id === 'host')
}

export function detachedError(name: string): HeddleError {
  return new HeddleError('ERR_HEDDLE_DETACHED', `"${name}" is empty: its buffer is detached`)
}

/** An array of a certain dtype in device memory; throws when it is something else. */
export function resolveDeviceArray<D extends Dtype>(
  array: DeviceArray<D>,
  name: string,
  device: object,
  dtype?: D,
): ResolvedSpan {
  if (!(array instanceof DeviceMemory) || 'array' in array) {
    throw new ArgumentTypeError(name, 'an instance of DeviceArray', array)
  }
  if (dtype !== undefined && array.dtype !== dtype) throw dtypeError(name, dtype, array.dtype)
  return resolveSpan(array, name, device)
}

/** The two ends of a copy must agree in size and, where both are typed, in dtype. Bytes fit everything. */
export function validatePair(destination: Span, source: Span): void {
  if (destination.byteLength !== source.byteLength) {
    throw new ArgumentRangeError(
      'source.byteLength',
      `equal to the destination's ${destination.byteLength}`,
      source.byteLength,
    )
  }
  validateTypes(destination, source)
}

/** The elements of both sides must have the same layout. */
export function validateTypes(destination: Span, source: Span): void {
  const to = destination instanceof DeviceMemory ? destination.dtype : undefined
  const from = source instanceof DeviceMemory ? source.dtype : undefined
  if (to !== undefined && from !== undefined) {
    if (to !== from && to !== 'u8' && from !== 'u8') throw dtypeError('source', to, from)
  } else if (to !== undefined) {
    if (!fits(source as NodeJS.ArrayBufferView, to)) throw dtypeError('source', to, source.constructor.name)
  } else if (from !== undefined) {
    if (!fits(destination as NodeJS.ArrayBufferView, from)) {
      throw dtypeError('destination', from, destination.constructor.name)
    }
  }
}

function dtypeError(name: string, expected: string, actual: string): HeddleError {
  return new DtypeError(`The dtype of "${name}" must be ${expected}, or bytes. Received ${actual}`)
}

export function otherDevice(name: string): HeddleError {
  return new HeddleError(
    'ERR_HEDDLE_DEVICE',
    `"${name}" belongs to another device than the stream, which does not reach it, or which is closed`,
  )
}

/** Arrays of different element types in one operation. `code`: `ERR_HEDDLE_DTYPE`. */
export class DtypeError extends HeddleError {
  constructor(message: string) {
    super('ERR_HEDDLE_DTYPE', message)
  }

  static {
    DtypeError.prototype.name = 'DtypeError'
  }
}
