import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { ClosedError } from '../errors.js'
import { addon } from '../native.js'
import { validateFunction, validateInteger, validateObject } from '../validate.js'
import { CollectiveGroup, type Reduction } from './collective-group.js'
import { deviceClosed } from './cuda-error.js'
import { Device } from './device.js'
import type { DeviceArray } from './device-array.js'
import type { Dtype } from './dtype.js'
import { call } from './pending.js'
import { type OperationOptions, Stream } from './stream.js'
import type { StreamOp } from './stream-op.js'

/** Bytes of an id. */
const idBytes = 128
/** In milliseconds. */
const day = 86_400_000

export interface CommOptions {
  /** The group: what {@link commId} gave to one rank, which the program has carried to the others. */
  readonly id: Uint8Array
  /** Which of the group this is, from 0. */
  readonly rank: number
  /** How many they are. */
  readonly size: number
  /**
   * Milliseconds that opening, and each operation from when it is handed over, may wait for the other ranks. Then it
   * rejects with a {@link CudaError} whose `code` is `heddleErrorCollectiveTimeout`, and the group is broken.
   * Default: 30 000.
   */
  readonly timeout?: number
}

export interface ReduceOptions extends OperationOptions {
  /** Default: `'sum'`. */
  readonly op?: Reduction
}

const collected = new FinalizationRegistry<number>((comm) => addon.dropComm(comm))

/**
 * One rank of a group of devices that work together; made by {@link comm}. Its operations go on streams of its device and
 * overlap whatever other streams do. They begin when all ranks have handed theirs over. All ranks give the same
 * operations, with the same sizes and dtypes, in the same order: that of the calls, whatever streams they are on.
 *
 * A group that has failed is broken for good: everything in flight on it, and everything later, rejects with the first
 * error. `heddleErrorCollectiveTimeout`: a rank did not come in time. `heddleErrorCollectiveRemote`: another rank failed or
 * has gone. `heddleErrorCollectiveAborted`: {@link abort} was called. `heddleErrorCollectiveMismatch`: the ranks did not ask
 * for the same (host devices; NCCL does not look). `heddleErrorCollective`: NCCL says what else. Open a new one then.
 */
export class Comm implements Disposable {
  readonly device: Device
  readonly rank: number
  readonly size: number
  readonly #number: number
  #disposed = false

  /** @internal */
  constructor(device: Device, number: number, rank: number, size: number) {
    this.device = device
    this.rank = rank
    this.size = size
    this.#number = number
    collected.register(this, number, this)
  }

  /** `destination` becomes, on every rank, the reduction of all sources; it may be the source. */
  allReduce<D extends Dtype>(
    stream: Stream,
    destination: DeviceArray<D>,
    source: DeviceArray<D> = destination,
    options: ReduceOptions = {},
  ): StreamOp {
    validateObject(options, 'options')
    return this.#submit('allReduce', stream, (g) => g.allReduce(destination, source, options.op), options)
  }

  /** The array of `root` goes into the arrays of all others. */
  broadcast(stream: Stream, array: DeviceArray, root = 0, options: OperationOptions = {}): StreamOp {
    return this.#submit('broadcast', stream, (g) => g.broadcast(array, root), options)
  }

  /** The sources of all ranks, one after the other, go into the destination of each, which is `size` times as long. */
  allGather<D extends Dtype>(
    stream: Stream,
    destination: DeviceArray<D>,
    source: DeviceArray<D>,
    options: OperationOptions = {},
  ): StreamOp {
    return this.#submit('allGather', stream, (g) => g.allGather(destination, source), options)
  }

  /** The sources, `size` times as long, are reduced; each rank gets its part of the result. */
  reduceScatter<D extends Dtype>(
    stream: Stream,
    destination: DeviceArray<D>,
    source: DeviceArray<D>,
    options: ReduceOptions = {},
  ): StreamOp {
    validateObject(options, 'options')
    return this.#submit(
      'reduceScatter',
      stream,
      (g) => g.reduceScatter(destination, source, options.op),
      options,
    )
  }

  /** To another rank, which receives as much. It waits for that: two ranks that send to each other use {@link group}. */
  send(stream: Stream, source: DeviceArray, peer: number, options: OperationOptions = {}): StreamOp {
    return this.#submit('send', stream, (g) => g.send(source, peer), options)
  }

  /** What another rank sends. */
  receive(stream: Stream, destination: DeviceArray, peer: number, options: OperationOptions = {}): StreamOp {
    return this.#submit('receive', stream, (g) => g.receive(destination, peer), options)
  }

  /** Several operations that go as one: sends and receives among them do not wait for each other. */
  group(stream: Stream, body: (group: CollectiveGroup) => void, options: OperationOptions = {}): StreamOp {
    validateFunction(body, 'body')
    return this.#submit('group', stream, body, options)
  }

  /** Ends what is in flight, and breaks the group: for when a peer is known to be lost. */
  abort(): void {
    if (!this.#disposed) addon.abortComm(this.#number)
  }

  /** Leaves the group, when the operations in flight are done. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    addon.dropComm(this.#number)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #submit(
    name: string,
    stream: Stream,
    body: (group: CollectiveGroup) => void,
    options: OperationOptions,
  ): StreamOp {
    this.#checkOpen()
    if (!(stream instanceof Stream)) throw new ArgumentTypeError('stream', 'an instance of Stream', stream)
    if (stream.device !== this.device)
      throw new ArgumentTypeError('stream', 'a stream of the same device', stream)
    const group = new CollectiveGroup(this.device, this.size)
    body(group)
    const written = group.take()
    // The body may have disposed of it.
    this.#checkOpen()
    return stream.submitCall(`comm.${name}`, options, () =>
      addon.collective(stream.number, this.#number, written),
    )
  }

  #checkOpen(): void {
    if (this.#disposed) throw new ClosedError('comm')
  }
}

/**
 * Makes an id for a new group, on one of its ranks. It is 128 bytes, good for one group; carry it to the other ranks: by
 * message to a Worker, over the network to another host.
 *
 * @param device a device of the kind that will communicate. GPUs use NCCL, host devices of one process each other
 * @throws CudaError rejects with `code` `heddleErrorNcclMissing`, and what would help, when NCCL is not installed
 */
export function commId(device: Device): Promise<Uint8Array> {
  validateDevice(device)
  if (device.closed) throw deviceClosed('commId')
  return call(
    (id) => addon.commId(id, device.number),
    (_value, id) => addon.takeDetail(id) as Uint8Array,
  )
}

/**
 * Joins a group as one rank. Resolves when all ranks have come; rejects with a {@link CudaError} when they do not in time.
 * GPUs communicate through NCCL (2.18 or newer, `libnccl.so.2`, opened when it is first needed), across processes and
 * hosts; host devices with others of the same process, in whatever Worker.
 */
export function comm(device: Device, options: CommOptions): Promise<Comm>
/** Joins several devices of this thread to a group: the first is rank 0, and so on. */
export function comm(devices: readonly Device[], options?: { readonly timeout?: number }): Promise<Comm[]>
export function comm(
  devices: Device | readonly Device[],
  options: Partial<CommOptions> = {},
): Promise<Comm | Comm[]> {
  validateObject(options, 'options')
  if (devices instanceof Device) return join(devices, options as CommOptions)
  if (!Array.isArray(devices) || devices.length === 0)
    throw new ArgumentTypeError('devices', 'an instance of Device, or an array of some', devices)
  for (const device of devices) validateDevice(device)
  return joinAll(devices, options)
}

async function joinAll(devices: readonly Device[], options: Partial<CommOptions>): Promise<Comm[]> {
  const id = await commId(devices[0] as Device)
  const joined = devices.map((device, rank) => join(device, { ...options, id, rank, size: devices.length }))
  const results = await Promise.allSettled(joined)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed === undefined) return Promise.all(joined)
  for (const result of results) if (result.status === 'fulfilled') result.value.dispose()
  throw failed.reason
}

function join(device: Device, { id, rank, size, timeout = 30_000 }: CommOptions): Promise<Comm> {
  if (device.closed) throw deviceClosed('comm')
  if (!(id instanceof Uint8Array)) throw new ArgumentTypeError('options.id', 'an instance of Uint8Array', id)
  if (id.length !== idBytes) throw new ArgumentValueError('options.id', id, 'is no id of a group')
  validateInteger(size, 'options.size', 1, 2 ** 31 - 1)
  validateInteger(rank, 'options.rank', 0, size - 1)
  validateInteger(timeout, 'options.timeout', 1, day)
  return call(
    (request) => addon.openComm(request, device.number, id, rank, size, timeout),
    (number) => new Comm(device, number, rank, size),
  )
}

function validateDevice(device: unknown): asserts device is Device {
  if (!(device instanceof Device)) throw new ArgumentTypeError('device', 'an instance of Device', device)
}
