import { addon } from '../native.js'
import { argumentMemory, epoch, makeRoom } from './bridge.js'

/**
 * Memory for arguments that do not fit a submission. What is reserved is written at once and belongs to the submission that
 * comes next; each drain empties it.
 */
export const argumentCapacity = argumentMemory.byteLength

/** Views of the whole memory, by the size of what is written. */
export const argumentViews = {
  i8: new Int8Array(argumentMemory),
  u8: new Uint8Array(argumentMemory),
  i16: new Int16Array(argumentMemory),
  u16: new Uint16Array(argumentMemory),
  i32: new Int32Array(argumentMemory),
  u32: new Uint32Array(argumentMemory),
  i64: new BigInt64Array(argumentMemory),
  u64: new BigUint64Array(argumentMemory),
  f32: new Float32Array(argumentMemory),
  f64: new Float64Array(argumentMemory),
} as const

let reserved = 0
let reservedIn = -1

/** Where `bytes` can be written, a multiple of 16. Precondition: no more than all of it. */
export function reserveArguments(bytes: number): number {
  // A drain between this and the submission would take the arguments away.
  makeRoom()
  const now = epoch()
  if (now !== reservedIn) {
    reservedIn = now
    reserved = 0
  }
  if (reserved + bytes > argumentCapacity) {
    addon.drain()
    reservedIn = epoch()
    reserved = 0
  }
  const at = reserved
  reserved = (at + bytes + 15) & ~15
  return at
}
