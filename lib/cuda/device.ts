import { constants } from 'node:buffer'
import { ArgumentRangeError, ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { validateBoolean, validateInteger, validateObject } from '../validate.js'
import {
  Allocation,
  type AllocationRecord,
  HostAllocation,
  PinnedAllocation,
  ShareableAllocation,
} from './allocation.js'
import { type CompileOptions, compile } from './compile.js'
import { type CudaError, deviceClosed } from './cuda-error.js'
import { DeviceArray } from './device-array.js'
import type { DeviceInfo } from './device-info.js'
import type { DLPackTensor } from './dlpack.js'
import { bytesOf, type Dtype, validateDtype } from './dtype.js'
import { Event, type EventOptions } from './event.js'
import { type IpcEvent, ipcEvent, openArray } from './ipc.js'
import type { Kernels } from './kernel-signatures.js'
import type { Ledger } from './leaks.js'
import { type Library, loadLibrary } from './library.js'
import { call } from './pending.js'
import { PinnedArray } from './pinned-array.js'
import { Pool, type PoolOptions } from './pool.js'
import { type DtypeOf, dtypeOfView, type RegisterableArray } from './registerable.js'
import { Stream, type StreamOptions } from './stream.js'
import { type WrapOptions, wrap } from './wrap.js'

export interface AllocOptions {
  /** What the memory is for: named in the report of leaks. */
  readonly label?: string | undefined
}

export interface DeviceAllocOptions extends AllocOptions {
  /**
   * Whether other processes can be given the memory. A GPU then allocates it by itself and not from the pool of the device,
   * whose memory can't be. Default: false.
   */
  readonly shareable?: boolean | undefined
}

export interface PinnedOptions extends AllocOptions {
  /**
   * Memory that the CPU writes and the device reads: somewhat faster for both, and very slow for JavaScript to read. The
   * host device ignores it. Default: false.
   */
  readonly writeCombined?: boolean | undefined
}

/** What a device has allocated, in bytes. */
export interface MemoryUse {
  /** What can be allocated: not in use by anybody, this process or another, or idle in a pool. */
  readonly free: number
  readonly total: number
  /** In device arrays of this device that live. */
  readonly used: number
  /** The most that `used` ever was. */
  readonly highWater: number
  /** What the pools of this device have, in use or not. */
  readonly reserved: number
  /** Page-locked memory that lives: pinned arrays, registered memory, and what staged copies go through. */
  readonly pinned: number
}

/**
 * An open device, as `open` gives it. It has threads of its own; no call here blocks the JavaScript thread.
 * Close it, or declare it with `await using`.
 */
export class Device implements AsyncDisposable {
  readonly info: DeviceInfo
  /**
   * Resolves with the reason when the device can no longer be used: with the fault that killed it, or with
   * `heddleErrorDeviceClosed` when it was closed. After a fault everything pending on it rejects, and so does every later
   * operation.
   */
  readonly lost: Promise<CudaError>
  /** @internal Its number on the bridge. */
  readonly number: number
  /** @internal Whether operations remember where they were submitted. */
  readonly debug: boolean
  readonly #ledger: Ledger | undefined
  /** What goes on elsewhere for this device, and is told when it can't be used any more. */
  readonly #ends = new Set<(why: CudaError) => void>()
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(
    number: number,
    info: DeviceInfo,
    lost: Promise<CudaError>,
    { debug = false, ledger }: { debug?: boolean | undefined; ledger?: Ledger | undefined } = {},
  ) {
    this.number = number
    this.info = info
    this.lost = lost
    this.debug = debug
    this.#ledger = ledger
    void lost.then((error) => this.#tellEnd(error))
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** A new stream. */
  stream(options: StreamOptions = {}): Stream {
    this.#usable('stream')
    validateObject(options, 'options')
    const { priority = 'normal', label = '' } = options
    const rank = ['low', 'normal', 'high'].indexOf(priority)
    if (rank < 0)
      throw new ArgumentValueError('options.priority', priority, "must be one of 'low', 'normal', 'high'")
    return new Stream(this, addon.stream(this.number, rank, String(label)))
  }

  /** A new event, for `Stream.record` and `Stream.wait`; with `timing`, also for `Event.elapsedSince`. */
  event(options: EventOptions = {}): Event {
    this.#usable('event')
    validateObject(options, 'options')
    const { timing = false } = options
    validateBoolean(timing, 'options.timing')
    return new Event(this, addon.event(this.number, timing), timing)
  }

  /**
   * Allocates device memory; its contents are undefined.
   *
   * @param length number of elements
   * @throws TypeError or RangeError at the call; rejects with a {@link CudaError} whose `code` is
   *   `cudaErrorMemoryAllocation` when there is not enough
   */
  alloc<D extends Dtype>(
    dtype: D,
    length: number,
    options: DeviceAllocOptions = {},
  ): Promise<DeviceArray<D>> {
    const bytes = this.#bytes('alloc', dtype, length)
    const label = validateLabel(options)
    const { shareable = false } = options
    validateBoolean(shareable, 'options.shareable')
    const record = this.record(bytes, dtype, label, Device.prototype.alloc)
    return call(
      (id) => addon.allocate(id, this.number, bytes, shareable),
      (memory) => {
        const Made = shareable ? ShareableAllocation : Allocation
        return new DeviceArray(dtype, length, new Made(this, memory, record()), 0, true)
      },
    )
  }

  /**
   * Allocates page-locked host memory, the fast end of copies. Otherwise like {@link alloc}, but for its size: JavaScript
   * must be able to see it, which in Node 20 is at most 4 GiB (`buffer.constants.MAX_LENGTH`).
   */
  pinned<D extends Dtype>(dtype: D, length: number, options: PinnedOptions = {}): Promise<PinnedArray<D>> {
    const bytes = this.#bytes('pinned', dtype, length, constants.MAX_LENGTH)
    const label = validateLabel(options)
    const { writeCombined = false } = options
    validateBoolean(writeCombined, 'options.writeCombined')
    const record = this.record(bytes, dtype, label, Device.prototype.pinned)
    return call(
      (id) => addon.allocatePinned(id, this.number, bytes, writeCombined),
      (memory) =>
        new PinnedArray(dtype, length, new PinnedAllocation(this, memory, bytes, record()), 0, true),
    )
  }

  /**
   * Locks the pages of memory that is there already, so that copies reach it as they do pinned memory. The array shows the
   * same memory, which stays where it is for as long as the array lives or an operation uses it, whatever becomes of its
   * buffer. Disposing of the array unlocks it. Copies that name the typed array and not this one know nothing of it.
   *
   * @throws TypeError, RangeError, or HeddleError (`ERR_HEDDLE_DETACHED`) at the call; rejects with
   *   `cudaErrorHostMemoryAlreadyRegistered` when part of it is registered
   */
  register<A extends RegisterableArray>(
    array: A,
    options: AllocOptions = {},
  ): Promise<PinnedArray<DtypeOf<A>>> {
    this.#usable('register')
    const dtype = dtypeOfView(array) as DtypeOf<A>
    const { buffer, byteOffset, byteLength } = array
    if ((buffer as { resizable?: boolean; growable?: boolean }).resizable === true)
      throw new ArgumentTypeError('array', 'a view of a buffer that is not resizable', array)
    const label = validateLabel(options)
    const length = byteLength / bytesOf(dtype)
    const record = this.record(byteLength, dtype, label, Device.prototype.register)
    if (byteLength === 0)
      throw new HeddleError('ERR_HEDDLE_DETACHED', '"array" is empty: its buffer is detached or has no bytes')
    return call(
      (id) => void addon.registerMemory(id, this.number, buffer, byteOffset, byteLength),
      (memory) =>
        new PinnedArray(
          dtype,
          length,
          new HostAllocation(this, memory, buffer, byteOffset, record()),
          0,
          true,
        ),
    )
  }

  /** A new pool of this device's memory. */
  pool(options: PoolOptions = {}): Promise<Pool> {
    this.#usable('pool')
    validateObject(options, 'options')
    const { limit, releaseThreshold = 0 } = options
    if (limit !== undefined) validateInteger(limit, 'options.limit', 1)
    validateInteger(releaseThreshold, 'options.releaseThreshold', 0)
    return call(
      (id) => addon.makePool(id, this.number, limit ?? 0, releaseThreshold),
      (pool) => new Pool(this, pool),
    )
  }

  /**
   * An array over device memory that somebody else owns, such as a tensor of PyTorch's or another addon's; nothing is
   * copied. Use it like any other array. That its address is right, and that its owner keeps it until
   * `options.release` is called, nobody can check. Work of others on that memory is ordered by them: with an event, or by
   * waiting for it.
   *
   * @param tensor what it is, in DLPack's terms; memory of this device, without gaps
   * @throws TypeError or RangeError
   */
  wrap(tensor: DLPackTensor, options?: WrapOptions): DeviceArray<Dtype> {
    this.#usable('wrap')
    return wrap(this, tensor, options)
  }

  /**
   * An array over memory of another process on this machine, which gave out the handle (`DeviceArray.ipcHandle`, or
   * `cudaIpcGetMemHandle` of anything else). Disposing of it lets go of the memory and frees nothing. The processes order
   * their work by themselves: with an {@link ipcEvent}, or by waiting for it. On a GPU nobody can check that the memory is
   * that large, and its owner must keep it meanwhile. Host devices share with others of the same user, and a handle opens
   * for as long as its owner lives.
   *
   * @throws TypeError or RangeError at the call; rejects with a {@link CudaError}, `cudaErrorInvalidResourceHandle` when there is
   *   no such memory
   */
  openIpc<D extends Dtype>(handle: Uint8Array, dtype: D, length: number): Promise<DeviceArray<D>> {
    this.#bytes('openIpc', dtype, length)
    return openArray(this, handle, dtype, length)
  }

  /** An event for several processes; with a handle, the one that another process has made. */
  ipcEvent(handle?: Uint8Array): Promise<IpcEvent> {
    this.#usable('ipcEvent')
    return ipcEvent(this, handle)
  }

  /** @internal Throws when the device is closed. */
  checkUsable(operation: string): void {
    this.#usable(operation)
  }

  /**
   * Compiles CUDA C++ and loads it: on a GPU with NVRTC, on the host device with the system's C++ compiler. Gives the
   * `extern "C" __global__` kernels by name, with the arguments that they take inferred from the source text. Takes a second or
   * so, on a thread of its own; what was compiled is kept on disk.
   *
   * ```ts
   * const { saxpy } = await gpu.compile(`
   *   extern "C" __global__ void saxpy(unsigned n, float a, const float* x, float* y) {
   *     const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
   *     if (i < n) y[i] += a * x[i];
   *   }`)
   * await stream.launch(saxpy, { grid: n / 256, block: 256 }, n, 2, x, y)
   * ```
   *
   * @throws TypeError at the call; rejects with a {@link CompileError} that has the compiler's log, line and column
   */
  compile<const S extends string>(source: S, options?: CompileOptions): Promise<Kernels<S>> {
    this.#usable('compile')
    return compile(this, source, options)
  }

  /**
   * Loads an image that was compiled before: PTX, a cubin or a fatbin. The bytes are copied.
   *
   * @throws TypeError at the call; rejects with a {@link CudaError}, `cudaErrorInvalidKernelImage` for instance
   */
  library(image: Uint8Array): Promise<Library> {
    this.#usable('library')
    return loadLibrary(this, image)
  }

  /** How much memory the device has, and how much of it is in use. */
  memory(): Promise<MemoryUse> {
    this.#usable('memory')
    return call(
      (id) => addon.memoryInfo(id, this.number),
      (_, id) => addon.takeDetail(id) as MemoryUse,
    )
  }

  /**
   * Gives back what the device keeps for later allocations and nobody uses, all but `keep` bytes of it, so that others can
   * have it: other processes, or other libraries in this one. What pools keep is theirs, see {@link Pool.trim}. Resolves with
   * what is left. Host devices keep nothing.
   */
  trim(keep = 0): Promise<MemoryUse> {
    this.#usable('trim')
    validateInteger(keep, 'keep', 0)
    return call(
      (id) => addon.trimDevice(id, this.number, keep),
      (_, id) => addon.takeDetail(id) as MemoryUse,
    )
  }

  /**
   * Whether this device reaches the memory of another by itself, and from now on it does, where it can. Without that, copies
   * between the two work as well, by way of the host. Host devices always reach each other.
   */
  canAccessPeer(peer: Device): Promise<boolean> {
    this.#usable('canAccessPeer')
    if (!(peer instanceof Device)) throw new ArgumentTypeError('peer', 'an instance of Device', peer)
    peer.#usable('canAccessPeer')
    return call(
      (id) => addon.enablePeer(id, this.number, peer.number),
      (direct) => direct === 1,
    )
  }

  /** @internal Notes an allocation with whoever reports leaks: when it has been made. */
  record(
    bytes: number,
    dtype: Dtype,
    label: string,
    caller: (...args: never) => unknown,
  ): () => AllocationRecord | undefined {
    const ledger = this.#ledger
    if (ledger === undefined) return () => undefined
    const leak = ledger.note(bytes, dtype, label, caller)
    return () => ledger.add(leak)
  }

  /**
   * Closes the device: waits for what it is doing (two seconds at most, see `OpenOptions.closeTimeout`), rejects what it
   * has not begun, and frees its memory. Arrays and streams of the device can't be used from the call on. Closing twice
   * gives the same Promise.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** @internal Calls `told` when the device closes or is lost, unless the returned function was called before. */
  whenOver(told: (why: CudaError) => void): () => void {
    this.#ends.add(told)
    return () => this.#ends.delete(told)
  }

  #tellEnd(why: CudaError): void {
    for (const told of this.#ends) told(why)
    this.#ends.clear()
  }

  async #close(): Promise<void> {
    this.#tellEnd(deviceClosed('close'))
    await call(
      (id) => addon.closeDevice(id, this.number),
      () => undefined,
    )
    this.#ledger?.settle(this.info.name)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #usable(operation: string): void {
    if (this.closed) throw deviceClosed(operation)
  }

  #bytes(operation: string, dtype: Dtype, length: number, most = Number.MAX_SAFE_INTEGER): number {
    this.#usable(operation)
    validateDtype(dtype)
    validateInteger(length, 'length', 0)
    const bytes = length * bytesOf(dtype)
    if (bytes > most) throw new ArgumentRangeError('length', `at most ${most} bytes in all`, length)
    return bytes
  }
}

/** The label among the options of an allocation. */
export function validateLabel(options: AllocOptions): string {
  validateObject(options, 'options')
  const { label = '' } = options
  if (typeof label !== 'string') throw new ArgumentTypeError('options.label', 'of type string', label)
  return label
}
