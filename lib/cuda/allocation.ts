import { dropMemory, nameMemory } from '../bridge/memory.js'
import { HeddleError } from '../errors.js'
import { addon } from '../native.js'

/** Memory that was collected without being disposed of is given back then. */
const collected = new FinalizationRegistry<number>(dropMemory)

/** One allocation of a device. All arrays over it share this, and use it only while it is neither disposed of nor closed. */
export class Allocation {
  /** Whose memory it is. A device's number would not do: the next device that is opened may get the same. */
  readonly device: object
  /** Its number on the bridge. */
  readonly memory: number
  #disposed = false

  constructor(device: object, memory: number) {
    this.device = device
    this.memory = memory
    collected.register(this, memory, this)
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /** Gives the memory back once everything that was submitted with it is done. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    dropMemory(this.memory)
  }
}

/** One allocation of pinned memory, with the buffer in which JavaScript sees it. */
export class PinnedAllocation extends Allocation {
  readonly buffer: ArrayBuffer

  constructor(device: object, memory: number, bytes: number) {
    super(device, memory)
    this.buffer = addon.hostBuffer(memory, bytes)
    nameMemory(this.buffer, memory, this)
  }

  /** The buffer is detached, so that no view can reach memory that is given back. */
  override dispose(): void {
    if (this.disposed) return
    super.dispose()
    addon.detach(this.buffer)
  }
}

/** What is thrown when a disposed array is used. */
export function disposedError(name: string): HeddleError {
  return new HeddleError('ERR_HEDDLE_DISPOSED', `"${name}" was disposed of and can't be used any more`)
}
