import { addon } from '../native.js'

/** From here on large pages make a difference: a page that is touched first costs more than what fills it. */
const large = 4 << 20
/** A copy of this much keeps the JS thread for a fraction of a millisecond. */
const copiedAtOnce = 1 << 20

/** Bytes that will all be filled: what is in them before is not defined. */
export function unfilledBytes(bytes: number): Buffer<ArrayBuffer> {
  return preferLargePages(Buffer.allocUnsafeSlow(bytes))
}

/** Bytes of which some may never be filled. */
export function zeroBytes(bytes: number): Buffer<ArrayBuffer> {
  return preferLargePages(Buffer.alloc(bytes))
}

function preferLargePages(bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  if (bytes.length >= large) addon.preferLargePages(bytes.buffer)
  return bytes
}

/** A longer buffer that begins with the bytes of this one. Copies them piece by piece, so that the event loop keeps its turn. */
export async function enlarged(from: Uint8Array, bytes: number): Promise<Buffer<ArrayBuffer>> {
  const larger = zeroBytes(bytes)
  for (let at = 0; at < from.length; at += copiedAtOnce) {
    if (at > 0) await new Promise(setImmediate)
    larger.set(from.subarray(at, at + copiedAtOnce), at)
  }
  return larger
}
