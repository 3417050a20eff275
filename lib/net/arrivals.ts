import { markAsUntransferable } from 'node:worker_threads'
import { arrivalUnit, copiedArrival, longestCopiedArrival, receiveBufferBytes } from '../bridge/layout.js'
import { addon } from '../native.js'

/** Bytes that one small chunk may keep; many fit. */
const pageBytes = 16 << 10

/** What native code receives into. What a message names there is good until its handler returns. */
let lent: Buffer | undefined

/** Where native code copies what is small: those bytes are the reader's. Full, it is replaced. */
let page = new ArrayBuffer(0)
/** Nothing on it has been told of yet: what was not copied until now found its predecessor full. */
let unused = false

/** Whether the bytes of which a message tells are the reader's own; otherwise they are gone when its handler returns. */
export function isCopied(message: number): boolean {
  return (message & copiedArrival) !== 0
}

/** The bytes of which a message of a socket tells. */
export function arrivedBytes(message: number): Buffer {
  const bytes = message & (arrivalUnit - 1)
  const place = ((message & ~copiedArrival) / arrivalUnit) | 0
  if (isCopied(message)) {
    unused = false
    // Somebody has transferred the memory of a Buffer, and with it that of others.
    return page.byteLength === 0 ? addon.recoverArrival(place, bytes) : Buffer.from(page, place, bytes)
  }
  if (bytes <= longestCopiedArrival && !unused) renewPage()
  lent ??= Buffer.from(addon.receiveBuffers())
  const start = place * receiveBufferBytes
  return lent.subarray(start, start + bytes)
}

function renewPage(): void {
  page = new ArrayBuffer(pageBytes)
  markAsUntransferable(page)
  addon.renewArrivalPage(page)
  unused = true
}
