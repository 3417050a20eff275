import { ArgumentRangeError, ArgumentValueError } from '../argument-errors.js'
import { ClosedError } from '../errors.js'
import { validateInteger } from '../validate.js'
import type { Device } from './device.js'
import type { DeviceArray } from './device-array.js'
import type { Dtype } from './dtype.js'
import { resolveDeviceArray } from './span.js'

/** How elements of several ranks become one. */
export type Reduction = 'sum' | 'product' | 'max' | 'min' | 'average'

/** The numbers of cuda/communicator.hpp. */
const kinds = { allReduce: 0, broadcast: 1, allGather: 2, reduceScatter: 3, send: 4, receive: 5 } as const
const reductions: readonly Reduction[] = ['sum', 'product', 'max', 'min', 'average']
const elements: { readonly [D in Dtype]?: number } = {
  i8: 0,
  u8: 1,
  i32: 2,
  u32: 3,
  i64: 4,
  u64: 5,
  f16: 6,
  f32: 7,
  f64: 8,
  bf16: 9,
}

/** One of the arrays of an operation, or none. */
interface End {
  readonly memory: number
  readonly byteOffset: number
}
const none: End = { memory: -1, byteOffset: 0 }

/**
 * The operations of one rank that go as one; see `Comm.group`. All ranks call the same, in the same order, with the same
 * sizes; a send meets the receive of its peer.
 */
export class CollectiveGroup {
  readonly #device: Device
  readonly #size: number
  readonly #written: number[] = []
  readonly #arrays: [array: DeviceArray, name: string][] = []
  #taken = false

  /** @internal */
  constructor(device: Device, size: number) {
    this.#device = device
    this.#size = size
  }

  /** `destination` becomes, on every rank, the reduction of all sources; it may be the source. */
  allReduce<D extends Dtype>(
    destination: DeviceArray<D>,
    source: DeviceArray<D> = destination,
    op: Reduction = 'sum',
  ): this {
    const to = this.#end(destination, 'destination')
    const from = this.#end(source, 'source', destination.dtype)
    expectLength('source.length', source, destination.length)
    return this.#write('allReduce', destination, op, 0, to, from, destination.length)
  }

  /** The array of `root` goes into the arrays of all others. */
  broadcast(array: DeviceArray, root = 0): this {
    const at = this.#end(array, 'array')
    validateInteger(root, 'root', 0, this.#size - 1)
    return this.#write('broadcast', array, 'sum', root, at, at, array.length)
  }

  /** The sources of all ranks, one after the other, go into the destination of each. */
  allGather<D extends Dtype>(destination: DeviceArray<D>, source: DeviceArray<D>): this {
    const to = this.#end(destination, 'destination')
    const from = this.#end(source, 'source', destination.dtype)
    expectLength('destination.length', destination, source.length * this.#size)
    return this.#write('allGather', source, 'sum', 0, to, from, source.length)
  }

  /** The sources are reduced; each rank gets its part of the result. */
  reduceScatter<D extends Dtype>(
    destination: DeviceArray<D>,
    source: DeviceArray<D>,
    op: Reduction = 'sum',
  ): this {
    const to = this.#end(destination, 'destination')
    const from = this.#end(source, 'source', destination.dtype)
    expectLength('source.length', source, destination.length * this.#size)
    return this.#write('reduceScatter', destination, op, 0, to, from, destination.length)
  }

  /** To another rank, which receives as much. Alone it waits for that; two ranks that send to each other do so in a group. */
  send(source: DeviceArray, peer: number): this {
    const from = this.#end(source, 'source')
    validateInteger(peer, 'peer', 0, this.#size - 1)
    return this.#write('send', source, 'sum', peer, none, from, source.length)
  }

  /** What another rank sends. */
  receive(destination: DeviceArray, peer: number): this {
    const to = this.#end(destination, 'destination')
    validateInteger(peer, 'peer', 0, this.#size - 1)
    return this.#write('receive', destination, 'sum', peer, to, none, destination.length)
  }

  /**
   * @internal As native code reads it; nothing is added after that.
   *
   * @throws HeddleError with `code` `ERR_HEDDLE_DISPOSED` when an array was disposed of since it was added
   */
  take(): Float64Array {
    this.#taken = true
    for (const [array, name] of this.#arrays) resolveDeviceArray(array, name, this.#device)
    return Float64Array.from(this.#written)
  }

  #end<D extends Dtype>(array: DeviceArray<D>, name: string, dtype?: D): End {
    const end = resolveDeviceArray(array, name, this.#device, dtype)
    this.#arrays.push([array as DeviceArray, name])
    return end
  }

  #write(
    kind: keyof typeof kinds,
    typed: DeviceArray,
    op: Reduction,
    peer: number,
    to: End,
    from: End,
    count: number,
  ): this {
    if (this.#taken) throw new ClosedError('group')
    const element = elements[typed.dtype]
    if (element === undefined)
      throw new ArgumentValueError('dtype', typed.dtype, `must be one of ${Object.keys(elements).join(', ')}`)
    const reduction = reductions.indexOf(op)
    if (reduction < 0) throw new ArgumentValueError('op', op, `must be one of ${reductions.join(', ')}`)
    this.#written.push(kinds[kind], element, reduction, peer)
    this.#written.push(to.memory, to.byteOffset, from.memory, from.byteOffset, count)
    return this
  }
}

function expectLength(name: string, array: DeviceArray, length: number): void {
  if (array.length !== length) throw new ArgumentRangeError(name, String(length), array.length)
}
