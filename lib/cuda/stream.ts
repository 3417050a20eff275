import { ArgumentRangeError, ArgumentTypeError } from '../argument-errors.js'
import { submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { validateFunction, validateObject, validateSignal } from '../validate.js'
import { checkCapture, checkPageable, checkPeerCopy, checkPeerWait, noteRecord, noteWait } from './capture.js'
import { type CopyItem, resolveBatch } from './copy-batch.js'
import { copyBetweenDevices } from './copy-between-devices.js'
import { deviceClosed } from './cuda-error.js'
import type { Device } from './device.js'
import type { DeviceArray } from './device-array.js'
import { bytesOf, type Dtype, type ElementOf, elementBits } from './dtype.js'
import { Event } from './event.js'
import { captureGraph, type Graph } from './graph.js'
import { submitHostCall } from './host-call.js'
import { type Kernel, validateKernel } from './kernel.js'
import type { KernelArgument } from './kernel-types.js'
import { writeLaunch } from './launch.js'
import type { LaunchConfig } from './launch-config.js'
import { call } from './pending.js'
import { type Pitched, resolveRows, validateRows } from './pitched.js'
import { resolveDeviceArray, resolveSpan, type Span, validatePair } from './span.js'
import { StreamOp } from './stream-op.js'

export interface StreamOptions {
  /** How the device's scheduler ranks its work. Default: `'normal'`. */
  priority?: 'low' | 'normal' | 'high' | undefined
  /** Names the stream in traces: its lane is `stream:<label>`. */
  label?: string | undefined
}

export interface OperationOptions {
  /**
   * Rejects the operation's Promise early. A device can't take back what it was given: the operation goes on, and its
   * memory stays alive until it is done. With a signal that is aborted already nothing is submitted.
   */
  signal?: AbortSignal | undefined
}

const collected = new FinalizationRegistry<number>((stream) => {
  submit(opcode.dropStream, 0, stream, 0, 0, 0, 0, 0)
})

/**
 * An ordered queue of work on one device. What is submitted to it is carried out in order; different streams run side by
 * side, and nothing but {@link wait} orders them (no stream is the default stream, none is synchronised implicitly).
 *
 * Submitting takes well under a microsecond and never blocks. Arguments are checked at the call, which throws; what
 * the device has to say rejects the returned {@link StreamOp}. Memory stays alive while an operation uses it, whatever
 * happens to the arrays meanwhile.
 */
export class Stream implements AsyncDisposable {
  readonly device: Device
  /** @internal Its number on the bridge. */
  readonly number: number
  #event: Event | undefined
  #ending: Promise<void> | undefined
  #ended: Promise<void> | undefined

  /** @internal Made by `Device.stream`. */
  constructor(device: Device, number: number) {
    this.device = device
    this.number = number
    collected.register(this, number, this)
  }

  /**
   * Copies bytes, between any two of device, pinned and ordinary memory; the direction follows from the arguments. A copy
   * to or from ordinary memory is staged through pinned memory, off the JavaScript thread. One side may be memory of
   * another device of the same kind, which keeps it until the copy is done, also when it is closed meanwhile.
   *
   * @throws TypeError, RangeError or HeddleError: wrong types, different sizes, different dtypes, disposed arrays,
   *   detached buffers, arrays of another device
   */
  copy(destination: Span, source: Span, options?: OperationOptions): StreamOp {
    const device = this.#usable('copy')
    const to = resolveSpan(destination, 'destination', device, true)
    const from = resolveSpan(source, 'source', device, true)
    validatePair(destination, source)
    if (to.pageable || from.pageable) checkPageable(this, 'stream.copy')
    const signal = options === undefined ? undefined : signalOf(options)
    if (signal?.aborted || to.byteLength === 0) return new StreamOp(this, -1, signal)
    if (to.peer !== undefined || from.peer !== undefined) {
      checkPeerCopy(this)
      copyBetweenDevices(this, to, from)
      return new StreamOp(this, -1, signal)
    }
    const index = submit(
      opcode.copy,
      0,
      this.number,
      to.memory,
      from.memory,
      to.byteOffset,
      from.byteOffset,
      to.byteLength,
    )
    const operation = new StreamOp(this, index, signal)
    // Native code holds the memory from the drain on; nobody else may refer to an ordinary buffer by then.
    if (to.pageable || from.pageable) addon.drain()
    return operation
  }

  /**
   * Copies a rectangle: as many rows, of as many bytes, on either side, each with a pitch of its own.
   *
   * @throws as {@link copy}; RangeError when the rows don't fit into an array
   */
  copy2d(destination: Pitched, source: Pitched, options?: OperationOptions): StreamOp {
    const device = this.#usable('copy2d')
    const to = resolveRows(destination, 'destination', device)
    const from = resolveRows(source, 'source', device)
    validateRows(to, from, destination, source)
    if (to.place.pageable || from.place.pageable) checkPageable(this, 'stream.copy2d')
    const signal = options === undefined ? undefined : signalOf(options)
    if (signal?.aborted) return new StreamOp(this, -1, signal)
    const { memory, byteOffset } = to.place
    const { memory: sourceMemory, byteOffset: sourceOffset } = from.place
    const submitted = addon.copyRows(
      this.number,
      ...[memory, byteOffset, to.bytes, to.pitch],
      ...[sourceMemory, sourceOffset, from.bytes, from.pitch],
      to.width,
      to.height,
    )
    if (!submitted) throw memoryGone()
    return new StreamOp(this, -1, signal)
  }

  /**
   * Many copies at once, in no order among themselves: none may write what another reads or writes. Cheaper than one by one
   * where the driver can do them together, which it does not in a graph.
   *
   * @throws as {@link copy}, before any of them is begun
   */
  copyBatch(items: readonly CopyItem[], options?: OperationOptions): StreamOp {
    const numbers = resolveBatch(items, this, this.#usable('copyBatch'))
    const signal = options === undefined ? undefined : signalOf(options)
    if (!signal?.aborted && !addon.copyBatch(this.number, numbers)) throw memoryGone()
    return new StreamOp(this, -1, signal)
  }

  /**
   * Calls `body` on the JavaScript thread when everything submitted before is done; what is submitted after waits until it
   * has returned. It may submit more, to any stream. What it throws rejects the operation, or comes out at the stream's next
   * awaited one. It is not called when the stream will never get there: the device has died, or was closed.
   */
  host(body: () => void, options?: OperationOptions): StreamOp {
    this.#usable('host')
    validateFunction(body, 'body')
    const signal = options === undefined ? undefined : signalOf(options)
    if (!signal?.aborted) submitHostCall(this.number, body)
    return new StreamOp(this, -1, signal)
  }

  /** Whether everything submitted so far is done, or has failed. Never blocks. */
  query(): boolean {
    this.#usable('query')
    return addon.streamIdle(this.number)
  }

  /** Sets every element to `value`, which is converted as a typed array of that dtype would. */
  fill<D extends Dtype>(
    destination: DeviceArray<D>,
    value: ElementOf<D>,
    options?: OperationOptions,
  ): StreamOp {
    const device = this.#usable('fill')
    const to = resolveDeviceArray(destination, 'destination', device)
    const { dtype } = destination
    const expected = dtype === 'u64' || dtype === 'i64' ? 'bigint' : 'number'
    if (typeof value !== expected) throw new ArgumentTypeError('value', `of type ${expected}`, value)
    const { low, high } = elementBits(dtype, value)
    const signal = options === undefined ? undefined : signalOf(options)
    if (signal?.aborted) return new StreamOp(this, -1, signal)
    const index = submit(
      opcode.fill,
      0,
      this.number,
      to.memory,
      bytesOf(dtype),
      to.byteOffset,
      high,
      to.byteLength,
      low,
    )
    return new StreamOp(this, index, signal)
  }

  /**
   * Counts bytes: `counts[b]` grows by the number of times that byte `b` occurs in `source`. One of the kernels that ship
   * with heddle.
   *
   * @param counts 256 counters, which the caller has set to their first values
   */
  histogram(counts: DeviceArray<'u64'>, source: DeviceArray<'u8'>, options?: OperationOptions): StreamOp {
    const device = this.#usable('histogram')
    const to = resolveDeviceArray(counts, 'counts', device, 'u64')
    const from = resolveDeviceArray(source, 'source', device, 'u8')
    if (counts.length !== 256) throw new ArgumentRangeError('counts.length', '256', counts.length)
    const signal = options === undefined ? undefined : signalOf(options)
    if (signal?.aborted) return new StreamOp(this, -1, signal)
    const index = submit(
      opcode.histogram,
      0,
      this.number,
      to.memory,
      from.memory,
      to.byteOffset,
      from.byteOffset,
      from.byteLength,
    )
    return new StreamOp(this, index, signal)
  }

  /**
   * Launches a kernel of the same device. Its arguments are checked as those of a function: their number and types by
   * TypeScript, and again here. A pointer takes an array of its element type, which stays alive until the launch is done.
   *
   * @throws TypeError ({@link LaunchError}, `ERR_INVALID_ARG_TYPE`) or RangeError; rejects with a CudaError, such as
   *   `cudaErrorInvalidConfiguration` where the device has not what the launch asks for
   */
  launch<A extends readonly KernelArgument[]>(kernel: Kernel<A>, config: LaunchConfig, ...args: A): StreamOp {
    const device = this.#usable('launch')
    validateKernel(kernel)
    const place = writeLaunch(kernel, config, args, device)
    const signal = config.signal === undefined ? undefined : signalOf(config)
    if (signal?.aborted) return new StreamOp(this, -1, signal)
    const index = submit(opcode.launch, 0, this.number, kernel.number, place, 0, 0, 0)
    return new StreamOp(this, index, signal)
  }

  /** Records where the stream's work has got to by now, in `event` or a new one. */
  record(event: Event = this.device.event()): Event {
    const device = this.#usable('record')
    validateEvent(event, device)
    noteRecord(this, event)
    submit(opcode.record, 0, this.number, event.number, 0, 0, 0, 0)
    return event
  }

  /**
   * What is submitted from here on waits, on the device, until `on` is reached: an event's latest record, or all that
   * another stream was given so far. Nothing blocks on the host. Both may be another device's: then the devices' threads see
   * to it, which costs a few microseconds more.
   */
  wait(on: Event | Stream): this {
    const device = this.#usable('wait')
    const event = on instanceof Stream ? on.#recordTail() : on
    if (event instanceof Event && event.device !== device && !(event.device as Device).closed) {
      checkPeerWait(this, event)
      addon.waitForPeer(this.number, event.number)
      return this
    }
    validateEvent(event, device)
    noteWait(this, event)
    submit(opcode.wait, 0, this.number, event.number, 0, 0, 0, 0)
    return this
  }

  #recordTail(): Event {
    this.#event ??= this.device.event()
    return this.record(this.#event)
  }

  /**
   * Resolves when everything submitted so far is done. Rejects with the first error of operations that nobody awaited.
   */
  sync(options?: OperationOptions): Promise<void> {
    this.#usable('sync')
    const signal = options === undefined ? undefined : signalOf(options)
    if (signal?.aborted) return new StreamOp(this, -1, signal).then()
    const index = submit(opcode.notify, 0, this.number, 0, 0, 0, 0, 0)
    return new StreamOp(this, index, signal).then()
  }

  /**
   * The device's own stream, a `cudaStream_t`, for other addons that submit work to it. It is made with its first use,
   * hence the Promise. What was submitted here may not have reached the device yet: await it before others submit what
   * must come after. The handle is good until this stream is disposed of or collected, or its device closes; on the host
   * device it is good for nothing.
   */
  handle(): Promise<bigint> {
    this.#usable('handle')
    return call(
      (id) => addon.streamHandle(id, this.number),
      (address) => BigInt(address),
    )
  }

  /**
   * Makes a graph of what `body` submits, to this stream and to those that wait for it there (and that it waits for again
   * in the end). Nothing is carried out, and events keep the meaning they had. `body` must do all of it before it returns:
   * no `await`. What has no place in a graph throws a {@link CaptureError} at its call: syncs, queries, awaiting an
   * operation, ordinary memory, waits for what was recorded outside, another graph.
   *
   * @returns a Promise for the graph, ready to be launched; it rejects with a {@link CudaError}, whose `code` is
   *   `cudaErrorStreamCaptureUnjoined` when a stream's work was not waited for
   * @throws CaptureError, and what `body` throws
   */
  capture(body: (stream: Stream) => void): Promise<Graph> {
    this.#usable('capture')
    return captureGraph(this, body)
  }

  /** @internal Throws when the stream can't be used. */
  checkUsable(operation: string): void {
    if (this.#ended !== undefined || this.device.closed) throw deviceClosed(operation)
    checkCapture(this, operation)
  }

  /** @internal An operation that has a call of its own. */
  submitCall(operation: string, options: OperationOptions | undefined, submit: () => void): StreamOp {
    this.checkUsable(operation)
    const signal = options === undefined ? undefined : signalOf(options)
    const made = new StreamOp(this, -1, signal)
    if (signal?.aborted !== true) submit()
    return made
  }

  #usable(operation: string): Device {
    this.checkUsable(`stream.${operation}`)
    return this.device
  }

  /** @internal How the stream ended, once it was given back. */
  get ended(): Promise<void> | undefined {
    return this.#ended
  }

  /** Waits for what was submitted and gives the stream back. Rejects as {@link sync} does; it is given back then, too. */
  close(): Promise<void> {
    return this[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    checkCapture(this, 'stream[Symbol.asyncDispose]')
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #end(): Promise<void> {
    const { closed } = this.device
    const synced = closed ? Promise.reject(deviceClosed('stream')) : this.sync()
    try {
      await synced
    } catch (error) {
      if (!closed) throw error
    } finally {
      this.#ended = synced
      collected.unregister(this)
      submit(opcode.dropStream, 0, this.number, 0, 0, 0, 0, 0)
    }
  }
}

function validateEvent(event: unknown, device: Device): asserts event is Event {
  if (!(event instanceof Event)) throw new ArgumentTypeError('event', 'an instance of Event or Stream', event)
  if (event.device !== device) throw otherDevice(event)
}

function memoryGone(): HeddleError {
  return new HeddleError('ERR_HEDDLE_DETACHED', 'some of the memory is gone: its buffer was detached')
}

function otherDevice(event: Event | Stream): ArgumentTypeError {
  return new ArgumentTypeError('event', 'an event or stream of the same device', event)
}

function signalOf(options: OperationOptions): AbortSignal | undefined {
  validateObject(options, 'options')
  validateSignal(options.signal)
  return options.signal
}
