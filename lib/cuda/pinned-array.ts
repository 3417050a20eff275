import type { HostAllocation } from './allocation.js'
import { DeviceMemory } from './device-array.js'
import { type Dtype, type TypedArrays, viewOf } from './dtype.js'

/**
 * An array in page-locked host memory, as `Device.pinned` gives it, and `Device.register` for memory that is there already: the fast end of copies to and from the device.
 * JavaScript reads and writes its elements through {@link array}; files can be read into it.
 *
 * While a copy is in flight its memory belongs to the device: writing to it gives mixed data.
 */
export class PinnedArray<D extends Dtype = Dtype> extends DeviceMemory<D> {
  /** The elements. After `dispose()` the view of a pinned allocation is detached: it has no elements. */
  readonly array: TypedArrays[D]

  /** @internal */
  constructor(dtype: D, length: number, allocation: HostAllocation, byteOffset: number, owner: boolean) {
    super(dtype, length, allocation, byteOffset, owner)
    this.array = viewOf(dtype, allocation.buffer, allocation.bufferOffset + byteOffset, length)
  }

  /**
   * Part of this array: the elements from `start` up to `end`, without a copy.
   *
   * @throws RangeError with `code` `ERR_OUT_OF_RANGE`, HeddleError with `ERR_HEDDLE_DISPOSED`
   */
  slice(start = 0, end: number = this.length): PinnedArray<D> {
    const { byteOffset, length } = this.sliceBounds(start, end)
    return new PinnedArray(this.dtype, length, this.allocation as HostAllocation, byteOffset, false)
  }

  /**
   * The same bytes as elements of another type, without a copy. Like a slice it owns no memory.
   *
   * @throws TypeError, or RangeError with `code` `ERR_OUT_OF_RANGE` when the bytes are no whole number of such elements, or
   *   do not begin where one can
   */
  reinterpret<As extends Dtype>(dtype: As): PinnedArray<As> {
    const length = this.lengthAs(dtype)
    return new PinnedArray(dtype, length, this.allocation as HostAllocation, this.byteOffset, false)
  }
}
