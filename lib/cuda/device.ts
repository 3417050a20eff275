import { constants } from 'node:buffer'
import { ArgumentRangeError, ArgumentValueError } from '../argument-errors.js'
import { addon } from '../native.js'
import { validateInteger, validateObject } from '../validate.js'
import { Allocation, PinnedAllocation } from './allocation.js'
import { type CompileOptions, compile } from './compile.js'
import { type CudaError, deviceClosed } from './cuda-error.js'
import { DeviceArray } from './device-array.js'
import type { DeviceInfo } from './device-info.js'
import type { DLPackTensor } from './dlpack.js'
import { bytesOf, type Dtype, validateDtype } from './dtype.js'
import { Event } from './event.js'
import type { Kernels } from './kernel-signatures.js'
import { type Library, loadLibrary } from './library.js'
import { call } from './pending.js'
import { PinnedArray } from './pinned-array.js'
import { Stream, type StreamOptions } from './stream.js'
import { type WrapOptions, wrap } from './wrap.js'

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
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(number: number, info: DeviceInfo, lost: Promise<CudaError>) {
    this.number = number
    this.info = info
    this.lost = lost
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

  /** A new event, for `Stream.record` and `Stream.wait`. */
  event(): Event {
    this.#usable('event')
    return new Event(this, addon.event(this.number))
  }

  /**
   * Allocates device memory; its contents are undefined.
   *
   * @param length number of elements
   * @throws TypeError or RangeError at the call; rejects with a {@link CudaError} whose `code` is
   *   `cudaErrorMemoryAllocation` when there is not enough
   */
  alloc<D extends Dtype>(dtype: D, length: number): Promise<DeviceArray<D>> {
    const bytes = this.#bytes('alloc', dtype, length)
    return call(
      (id) => addon.allocate(id, this.number, bytes, false),
      (memory) => new DeviceArray(dtype, length, new Allocation(this, memory), 0, true),
    )
  }

  /**
   * Allocates page-locked host memory, the fast end of copies. Otherwise like {@link alloc}, but for its size: JavaScript
   * must be able to see it, which in Node 20 is at most 4 GiB (`buffer.constants.MAX_LENGTH`).
   */
  pinned<D extends Dtype>(dtype: D, length: number): Promise<PinnedArray<D>> {
    const bytes = this.#bytes('pinned', dtype, length, constants.MAX_LENGTH)
    return call(
      (id) => addon.allocate(id, this.number, bytes, true),
      (memory) => new PinnedArray(dtype, length, new PinnedAllocation(this, memory, bytes), 0, true),
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

  /** Bytes of device memory: not in use by anybody, and in all. */
  memory(): Promise<{ free: number; total: number }> {
    this.#usable('memory')
    return call(
      (id) => addon.memoryInfo(id, this.number),
      (free, id) => ({ free, total: addon.takeDetail(id) as number }),
    )
  }

  /**
   * Closes the device: waits for what it is doing (two seconds at most, see `OpenOptions.closeTimeout`), rejects what it
   * has not begun, and frees its memory. Arrays and streams of the device can't be used from the call on. Closing twice
   * gives the same Promise.
   */
  close(): Promise<void> {
    this.#closing ??= call(
      (id) => addon.closeDevice(id, this.number),
      () => undefined,
    )
    return this.#closing
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
