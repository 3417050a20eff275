import { ArgumentRangeError } from '../argument-errors.js'
import { addon } from '../native.js'
import { validateInteger } from '../validate.js'
import { type Allocation, disposedError, HostAllocation } from './allocation.js'
import { deviceClosed } from './cuda-error.js'
import type { Device } from './device.js'
import { type DLPackTensor, dlpackType, placeOf } from './dlpack.js'
import { bytesOf, type Dtype, validateDtype } from './dtype.js'
import { shareArray } from './ipc.js'

/** Made by heddle only: arrays come from `Device.alloc` and `Device.pinned`. */
export abstract class DeviceMemory<D extends Dtype> implements Disposable {
  /** The type of the elements. */
  readonly dtype: D
  /** How many elements. */
  readonly length: number
  /** @internal */
  readonly allocation: Allocation
  /** @internal Where in the allocation the elements begin. */
  readonly byteOffset: number
  readonly #owner: boolean

  /** @internal */
  constructor(dtype: D, length: number, allocation: Allocation, byteOffset: number, owner: boolean) {
    this.dtype = dtype
    this.length = length
    this.allocation = allocation
    this.byteOffset = byteOffset
    this.#owner = owner
  }

  /** Size in bytes. */
  get byteLength(): number {
    return this.length * bytesOf(this.dtype)
  }

  /** Whether the memory was given back, by this array or by the one it is a part of. */
  get disposed(): boolean {
    return this.allocation.disposed
  }

  /**
   * The address of the first element, for other addons. Valid until the array is disposed of or collected, or its device
   * closes. For other code's work, this array's disposal is not put off: keep the array until that work is done.
   *
   * @throws HeddleError with `code` `ERR_HEDDLE_DISPOSED`; CudaError with `heddleErrorDeviceClosed` for device memory
   */
  get pointer(): bigint {
    if (this.disposed) throw disposedError('array')
    const device = this.allocation.device as Device
    if (device.closed && !(this.allocation instanceof HostAllocation)) throw deviceClosed('array.pointer')
    return addon.memoryAddress(this.allocation.memory) + BigInt(this.byteOffset)
  }

  /** This array as DLPack describes it, for others to use it without a copy. Valid for as long as {@link pointer} is. */
  dlpack(): DLPackTensor {
    return {
      data: this.pointer,
      device: placeOf(this.allocation.device as Device, this.allocation instanceof HostAllocation),
      dtype: dlpackType(this.dtype),
      shape: [this.length],
      strides: [1],
      byteOffset: 0,
    }
  }

  /**
   * Gives the memory back. Safe while operations use it: it goes when the last of them is done. The array and all its
   * slices can't be used from here on. Disposing of a slice does nothing, since it owns no memory. An array that is
   * simply dropped is given back when it is collected, which may be late: a collector sees no device memory.
   */
  dispose(): void {
    if (this.#owner) this.allocation.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** @internal The bounds of a slice, as `Array.prototype.slice` takes them, but strict. */
  protected sliceBounds(start: number, end: number): { byteOffset: number; length: number } {
    if (this.disposed) throw disposedError('array')
    validateInteger(start, 'start', 0, this.length)
    validateInteger(end, 'end', start, this.length)
    return { byteOffset: this.byteOffset + start * bytesOf(this.dtype), length: end - start }
  }

  /** @internal How many elements of another type there are in the same bytes. */
  protected lengthAs(dtype: Dtype): number {
    validateDtype(dtype)
    if (this.disposed) throw disposedError('array')
    const size = bytesOf(dtype)
    const { byteOffset, allocation } = this
    // Memory that was there before it was registered may begin anywhere.
    const begin = byteOffset + (allocation instanceof HostAllocation ? allocation.bufferOffset : 0)
    if (begin % size !== 0) {
      throw new ArgumentRangeError('array.byteOffset', `a multiple of ${size}`, begin)
    }
    if (this.byteLength % size !== 0) {
      throw new ArgumentRangeError('array.byteLength', `a multiple of ${size}`, this.byteLength)
    }
    return this.byteLength / size
  }
}

/** An array in device memory, as `Device.alloc` gives it. JavaScript can't see its elements: copy them. */
export class DeviceArray<D extends Dtype = Dtype> extends DeviceMemory<D> {
  /** Pinned arrays have one. */
  declare readonly array?: never

  /**
   * Names the memory for other processes on this machine: 64 bytes for `Device.openIpc` there; on a GPU a
   * `cudaIpcMemHandle_t`, for CuPy as well. Keep the array until they are done with it: its disposal is not put off for them, and on a
   * GPU they would use memory that is gone.
   *
   * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` for memory that was not allocated with `shareable: true`, since
   *   that of pools, which plain allocations come from, can't be shared so; or for a part of an array
   */
  ipcHandle(): Promise<Uint8Array> {
    return shareArray(this)
  }

  /**
   * Part of this array: the elements from `start` up to `end`, without a copy.
   *
   * @throws RangeError with `code` `ERR_OUT_OF_RANGE`, HeddleError with `ERR_HEDDLE_DISPOSED`
   */
  slice(start = 0, end: number = this.length): DeviceArray<D> {
    const { byteOffset, length } = this.sliceBounds(start, end)
    return new DeviceArray(this.dtype, length, this.allocation, byteOffset, false)
  }

  /**
   * The same bytes as elements of another type, without a copy. Like a slice it owns no memory.
   *
   * @throws TypeError, or RangeError with `code` `ERR_OUT_OF_RANGE` when the bytes are no whole number of such elements, or
   *   do not begin where one can
   */
  reinterpret<As extends Dtype>(dtype: As): DeviceArray<As> {
    return new DeviceArray(dtype, this.lengthAs(dtype), this.allocation, this.byteOffset, false)
  }
}
