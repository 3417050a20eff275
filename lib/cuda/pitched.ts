import { ArgumentRangeError, ArgumentTypeError } from '../argument-errors.js'
import { validateInteger, validateObject } from '../validate.js'
import { DeviceMemory } from './device-array.js'
import { bytesOf } from './dtype.js'
import { type ResolvedSpan, resolveSpan, type Span, validateTypes } from './span.js'

/**
 * A rectangle of elements in memory: `height` rows of `width` elements, whose beginnings are `pitch` elements apart. It begins
 * with the first element of its array; take a slice to begin elsewhere. A DataView counts bytes.
 */
export interface Pitched {
  readonly array: Span
  readonly pitch: number
  readonly width: number
  readonly height: number
}

/** The same in bytes. */
export interface ResolvedRows {
  readonly place: ResolvedSpan
  readonly pitch: number
  readonly width: number
  readonly height: number
  /** From the first byte of the first row to the last of the last. */
  readonly bytes: number
}

/** Checks one side of a copy; throws a typed error that names what is wrong. */
export function resolveRows(rows: Pitched, name: string, device: object): ResolvedRows {
  validateObject(rows, name)
  const { array, pitch, width, height } = rows
  const place = resolveSpan(array, `${name}.array`, device)
  const unit = elementBytes(array)
  validateInteger(width, `${name}.width`, 0)
  validateInteger(height, `${name}.height`, 0)
  validateInteger(pitch, `${name}.pitch`, width)
  const bytes = width === 0 || height === 0 ? 0 : ((height - 1) * pitch + width) * unit
  if (bytes > place.byteLength) {
    const needed = `at least ${bytes}, for ${height} rows of that pitch and width`
    throw new ArgumentRangeError(`${name}.array.byteLength`, needed, place.byteLength)
  }
  return { place, pitch: pitch * unit, width: width * unit, height, bytes }
}

/** Both sides must have as many rows, of as many bytes, and elements that fit. */
export function validateRows(
  to: ResolvedRows,
  from: ResolvedRows,
  destination: Pitched,
  source: Pitched,
): void {
  if (from.height !== to.height) {
    throw new ArgumentRangeError('source.height', `equal to the destination's ${to.height}`, from.height)
  }
  if (from.width !== to.width) {
    const wanted = `the destination's ${to.width} bytes`
    throw new ArgumentRangeError('source.width', wanted, source.width)
  }
  validateTypes(destination.array, source.array)
}

function elementBytes(array: Span): number {
  if (array instanceof DeviceMemory) return bytesOf(array.dtype)
  if (!ArrayBuffer.isView(array)) throw new ArgumentTypeError('array', 'an array', array)
  return (array as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1
}
