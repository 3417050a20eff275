import { Failure } from './failure.js'
import type { Histogram } from './way.js'

/** All 2,048 bytes of a histogram against the reference. A fast pipeline that miscounts is worth nothing. */
export function verify(title: string, counts: Histogram, reference: Histogram): void {
  if (Buffer.compare(asBytes(counts), asBytes(reference)) === 0) return
  const value = reference.findIndex((times, place) => times !== counts[place])
  const found = `byte ${value} was counted ${counts[value]} times instead of ${reference[value]}`
  throw new Failure(`${title}: the histogram is wrong: ${found}`)
}

function asBytes(counts: Histogram): Uint8Array {
  return new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength)
}
