import { addon } from '../native.js'
import { submit } from './bridge.js'
import { opcode } from './layout.js'
import { keepTransfersFromMoving } from './transfer.js'

keepTransfersFromMoving()

/**
 * Buffers are named by number in submissions. A buffer gets its number on first use; the number goes when the buffer
 * is collected. Native code shares ownership of the memory only while an operation uses it.
 */

const numbers = new WeakMap<ArrayBufferLike, number>()
const collected = new FinalizationRegistry<number>(dropMemory)

/** How far a buffer that can be resized may reach one day: it keeps its number. The kernel refuses what it does not reach yet. */
function capacityOf(buffer: ArrayBufferLike): number {
  return (buffer as { maxByteLength?: number }).maxByteLength ?? buffer.byteLength
}

/** The number of the memory behind a view, or -1 when it is detached. */
export function memoryOf(buffer: ArrayBufferLike): number {
  const known = numbers.get(buffer)
  if (known !== undefined) return known
  const memory = addon.addBuffer(buffer, capacityOf(buffer))
  if (memory >= 0) {
    numbers.set(buffer, memory)
    collected.register(buffer, memory)
  }
  return memory
}

/** Where a view lies, as a submission says it. */
export interface ViewPlace {
  /** -1 when the view was detached when it was first used. */
  readonly memory: number
  readonly byteOffset: number
}

/**
 * Asking a view for its buffer and its offset costs more than finding it here. Neither changes while the view has bytes: a
 * caller must see that it does, since a detached view has none.
 */
const places = new WeakMap<NodeJS.ArrayBufferView, ViewPlace>()

/** Precondition: the view is not empty. */
export function placeOf(view: NodeJS.ArrayBufferView): ViewPlace {
  const known = places.get(view)
  if (known !== undefined) return known
  const place = { memory: memoryOf(view.buffer), byteOffset: view.byteOffset }
  places.set(view, place)
  return place
}

/** Gives a number back, after everything that was submitted with it. Operations in flight keep the memory. */
export function dropMemory(memory: number): void {
  submit(opcode.dropMemory, 0, memory, 0, 0, 0, 0, 0)
}

/** What keeps the number of a buffer valid; as long as the buffer is reachable, so is this. */
const owners = new WeakMap<ArrayBufferLike, object>()

/** Names memory that native code already knows: a buffer over a pinned allocation, whose number `owner` gives back. */
export function nameMemory(buffer: ArrayBufferLike, memory: number, owner: object): void {
  numbers.set(buffer, memory)
  owners.set(buffer, owner)
}
