import { ArgumentTypeError } from '../argument-errors.js'
import { validateObject } from '../validate.js'
import { checkPageable } from './capture.js'
import { type ResolvedSpan, resolveSpan, type Span, validatePair } from './span.js'
import type { Stream } from './stream.js'

/** One copy of many. */
export interface CopyItem {
  readonly destination: Span
  readonly source: Span
}

/** How native code takes it: memory and offset of the destination, of the source, and bytes; for each. */
const numbersOfACopy = 5

/** Checks all copies before any is submitted. */
export function resolveBatch(items: readonly CopyItem[], stream: Stream, device: object): Float64Array {
  if (!Array.isArray(items)) throw new ArgumentTypeError('items', 'an instance of Array', items)
  const numbers = new Float64Array(items.length * numbersOfACopy)
  let written = 0
  for (const item of items as CopyItem[]) {
    validateObject(item, 'items[]')
    const to: ResolvedSpan = resolveSpan(item.destination, 'items[].destination', device)
    const from: ResolvedSpan = resolveSpan(item.source, 'items[].source', device)
    validatePair(item.destination, item.source)
    if (to.pageable || from.pageable) checkPageable(stream, 'stream.copyBatch')
    if (to.byteLength === 0) continue
    numbers.set([to.memory, to.byteOffset, from.memory, from.byteOffset, to.byteLength], written)
    written += numbersOfACopy
  }
  return numbers.subarray(0, written)
}
