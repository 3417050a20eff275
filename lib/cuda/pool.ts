import { addon } from '../native.js'
import { validateInteger } from '../validate.js'
import { Allocation } from './allocation.js'
import { deviceClosed } from './cuda-error.js'
import { type AllocOptions, type Device, validateLabel } from './device.js'
import { DeviceArray } from './device-array.js'
import { bytesOf, type Dtype, validateDtype } from './dtype.js'
import { call } from './pending.js'

export interface PoolOptions {
  /** Bytes that its arrays may take together. Default: what the device has. */
  readonly limit?: number | undefined
  /**
   * Bytes that the pool keeps for what is allocated next, of those that were given back to it; the rest goes back to the
   * device. Default: 0.
   */
  readonly releaseThreshold?: number | undefined
}

/** Bytes. */
export interface PoolUse {
  /** In arrays that live. */
  readonly used: number
  /** The most that `used` ever was. */
  readonly highWater: number
  /** What the pool has of the device, in use or not. */
  readonly reserved: number
  /** The most that `reserved` ever was. */
  readonly reservedHighWater: number
}

const collected = new FinalizationRegistry<number>((pool) => addon.dropPool(pool))

/**
 * A pool of device memory, as `Device.pool` gives it: it keeps what was given back for what is allocated next, which spares a
 * call of the device, and has a limit of its own. An array's memory goes back after its last use, on whichever stream that
 * is, and may then be another array's at once.
 */
export class Pool implements Disposable {
  readonly device: Device
  readonly #number: number
  #disposed = false

  /** @internal */
  constructor(device: Device, number: number) {
    this.device = device
    this.#number = number
    collected.register(this, number, this)
  }

  /**
   * Allocates device memory from the pool; its contents are undefined.
   *
   * @param length number of elements
   * @throws TypeError or RangeError at the call; rejects with a CudaError whose `code` is `cudaErrorMemoryAllocation`
   *   when the pool's limit or the device has no room
   */
  alloc<D extends Dtype>(dtype: D, length: number, options: AllocOptions = {}): Promise<DeviceArray<D>> {
    this.#usable('alloc')
    validateDtype(dtype)
    validateInteger(length, 'length', 0)
    const bytes = length * bytesOf(dtype)
    validateInteger(bytes, 'length', 0)
    const label = validateLabel(options)
    const record = this.device.record(bytes, dtype, label, Pool.prototype.alloc)
    return call(
      (id) => addon.allocateFrom(id, this.#number, bytes),
      (memory) => new DeviceArray(dtype, length, new Allocation(this.device, memory, record()), 0, true),
    )
  }

  /** How much the pool has, and had at most. */
  memory(): Promise<PoolUse> {
    this.#usable('memory')
    return call(
      (id) => addon.poolInfo(id, this.#number),
      (_, id) => addon.takeDetail(id) as PoolUse,
    )
  }

  /** Gives back to the device what nobody uses, all but `keep` bytes of it. Resolves with what is left. */
  trim(keep = 0): Promise<PoolUse> {
    this.#usable('trim')
    validateInteger(keep, 'keep', 0)
    return call(
      (id) => addon.trimPool(id, this.#number, keep),
      (_, id) => addon.takeDetail(id) as PoolUse,
    )
  }

  /** Nothing can be allocated from here on. Arrays that live stay as they are; the pool goes with the last of them. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    addon.dropPool(this.#number)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #usable(operation: string): void {
    if (this.#disposed || this.device.closed) throw deviceClosed(`pool.${operation}`)
  }
}
