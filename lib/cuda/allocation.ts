import { dropMemory, nameMemory } from '../bridge/memory.js'
import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import type { Leak, Ledger } from './leaks.js'

/** What a device's ledger has on an allocation, if it keeps one. */
export interface AllocationRecord {
  readonly ledger: Ledger
  readonly leak: Leak
}

/** Memory that was collected without being disposed of is given back then. */
const collected = new FinalizationRegistry<{ memory: number; record: AllocationRecord | undefined }>(
  ({ memory, record }) => {
    record?.ledger.remove(record.leak)
    dropMemory(memory)
  },
)

/** One allocation of a device. All arrays over it share this, and use it only while it is neither disposed of nor closed. */
export class Allocation {
  /** Whose memory it is. A device's number would not do: the next device that is opened may get the same. */
  readonly device: object
  /** Its number on the bridge. */
  readonly memory: number
  readonly #record: AllocationRecord | undefined
  #disposed = false

  constructor(device: object, memory: number, record?: AllocationRecord) {
    this.device = device
    this.memory = memory
    this.#record = record
    collected.register(this, { memory, record }, this)
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /** Gives the memory back once everything that was submitted with it is done. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    this.#record?.ledger.remove(this.#record.leak)
    dropMemory(this.memory)
  }
}

/** Device memory that other processes can be given. */
export class ShareableAllocation extends Allocation {}

/** Page-locked memory, with the buffer in which JavaScript sees it. */
export class HostAllocation extends Allocation {
  readonly buffer: ArrayBufferLike
  /** Where in the buffer the memory begins. */
  readonly bufferOffset: number

  constructor(
    device: object,
    memory: number,
    buffer: ArrayBufferLike,
    bufferOffset: number,
    record?: AllocationRecord,
  ) {
    super(device, memory, record)
    this.buffer = buffer
    this.bufferOffset = bufferOffset
  }
}

/** One allocation of pinned memory, which belongs to its buffer alone. */
export class PinnedAllocation extends HostAllocation {
  constructor(device: object, memory: number, bytes: number, record?: AllocationRecord) {
    const buffer = addon.hostBuffer(memory, bytes)
    super(device, memory, buffer, 0, record)
    nameMemory(buffer, memory, this)
  }

  /** The buffer is detached, so that no view can reach memory that is given back. */
  override dispose(): void {
    if (this.disposed) return
    super.dispose()
    addon.detach(this.buffer as ArrayBuffer)
  }
}

/** What is thrown when a disposed array is used. */
export function disposedError(name: string): HeddleError {
  return new HeddleError('ERR_HEDDLE_DISPOSED', `"${name}" was disposed of and can't be used any more`)
}
