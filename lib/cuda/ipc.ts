import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { ClosedError } from '../errors.js'
import { addon } from '../native.js'
import { Allocation, disposedError, ShareableAllocation } from './allocation.js'
import type { Device } from './device.js'
import { DeviceArray } from './device-array.js'
import { bytesOf, type Dtype } from './dtype.js'
import { call } from './pending.js'
import { Stream } from './stream.js'

/** Bytes of a handle. */
const handleBytes = 64

const collected = new FinalizationRegistry<number>((event) => addon.dropIpcEvent(event))

/** The handle of an array's memory; see `DeviceArray.ipcHandle`. */
export function shareArray(array: DeviceArray): Promise<Uint8Array> {
  const { allocation, byteOffset } = array
  if (allocation.disposed) throw disposedError('array')
  if (!(allocation instanceof ShareableAllocation)) {
    const why = 'can not be given to other processes: allocate it with { shareable: true }, not from a pool'
    throw new ArgumentValueError('array', array, why)
  }
  if (byteOffset !== 0)
    throw new ArgumentValueError(
      'array',
      array,
      'does not begin where its memory does: share the whole array',
    )
  const device = allocation.device as Device
  device.checkUsable('ipcHandle')
  return call(
    (id) => addon.shareMemory(id, device.number, allocation.memory),
    (_, id) => addon.takeDetail(id) as Uint8Array,
  )
}

/** An array over memory of another process; see `Device.openIpc`. */
export function openArray<D extends Dtype>(
  device: Device,
  handle: Uint8Array,
  dtype: D,
  length: number,
): Promise<DeviceArray<D>> {
  validateHandle(handle)
  return call(
    (id) => addon.openMemory(id, device.number, handle, length * bytesOf(dtype)),
    (memory) => new DeviceArray(dtype, length, new Allocation(device, memory), 0, true),
  )
}

/** An event that processes share; see `Device.ipcEvent`. */
export function ipcEvent(device: Device, handle?: Uint8Array): Promise<IpcEvent> {
  if (handle !== undefined) validateHandle(handle)
  return call(
    (id) => addon.ipcEvent(id, device.number, handle),
    (event, id) => new IpcEvent(device, event, addon.takeDetail(id) as Uint8Array),
  )
}

/**
 * An event that several processes record and wait for, so that the device of one goes on when that of another is there.
 * Made by `Device.ipcEvent`, here, and from its {@link handle} in the other processes. Whoever made it keeps it until the
 * others are done with it.
 */
export class IpcEvent implements Disposable {
  readonly device: Device
  /** 64 bytes for other processes: on a GPU a `cudaIpcEventHandle_t`. */
  readonly handle: Uint8Array
  readonly #number: number
  #disposed = false

  /** @internal */
  constructor(device: Device, number: number, handle: Uint8Array) {
    this.device = device
    this.handle = handle
    this.#number = number
    collected.register(this, number, this)
  }

  /**
   * Records where the stream's work has got to by now. Resolves when the device has been given that, long before it comes
   * there: from then on the other processes may wait for it, and can be told so.
   */
  record(stream: Stream): Promise<void> {
    this.#check(stream, 'ipcEvent.record')
    return call(
      (id) => addon.recordIpc(id, stream.number, this.#number),
      () => undefined,
    )
  }

  /**
   * What the stream is given from here on waits, on the device, for the latest record that any process has made. An event
   * that nobody has recorded holds up nothing.
   */
  wait(stream: Stream): void {
    this.#check(stream, 'ipcEvent.wait')
    addon.waitIpc(stream.number, this.#number)
  }

  /** Gives the event back, when what was submitted with it has reached the device. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    addon.dropIpcEvent(this.#number)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #check(stream: Stream, operation: string): void {
    if (this.#disposed) throw new ClosedError('event')
    if (!(stream instanceof Stream)) throw new ArgumentTypeError('stream', 'an instance of Stream', stream)
    if (stream.device !== this.device)
      throw new ArgumentTypeError('stream', 'a stream of the same device', stream)
    stream.checkUsable(operation)
  }
}

function validateHandle(handle: unknown): void {
  if (!(handle instanceof Uint8Array))
    throw new ArgumentTypeError('handle', 'an instance of Uint8Array', handle)
  if (handle.length !== handleBytes)
    throw new ArgumentValueError('handle', handle, `must have ${handleBytes} bytes`)
}
