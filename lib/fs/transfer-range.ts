import { ArgumentRangeError, ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { validateInteger, validateObject } from '../validate.js'
import type { ReadOptions, WriteOptions } from './file-handle.js'

/** What a read or write moves, checked: `offset` and `length` lie inside the view, `position` is -1 for "where it is". */
export interface TransferRange {
  readonly view: NodeJS.ArrayBufferView
  readonly offset: number
  readonly length: number
  readonly position: number
}

/** The kernel moves no more in one call. */
const longest = 0x7ffff000

/** The length of bytes is known sooner than the size of a view: 10 ns of a hot read. */
function sizeOf(view: NodeJS.ArrayBufferView): number {
  return view instanceof Uint8Array ? view.length : view.byteLength
}

/** The arguments of FileHandle.read, in all its forms; throws what Node would. */
export function validateReadRange(
  target: NodeJS.ArrayBufferView | ReadOptions<NodeJS.ArrayBufferView> | undefined,
  offset: number | null | undefined | Omit<ReadOptions, 'buffer'>,
  length: number | null | undefined,
  position: number | bigint | null | undefined,
): TransferRange {
  let view: NodeJS.ArrayBufferView
  if (ArrayBuffer.isView(target)) {
    view = target
    if (offset !== null && typeof offset === 'object') ({ offset, length, position } = offset)
  } else {
    if (target != null) validateObject(target, 'options')
    const options: ReadOptions<NodeJS.ArrayBufferView> = target ?? {}
    view = options.buffer === undefined ? Buffer.alloc(16384) : options.buffer
    if (!ArrayBuffer.isView(view)) {
      throw new ArgumentTypeError('buffer', 'an instance of Buffer, TypedArray, or DataView', view)
    }
    ;({ offset, length, position } = options)
  }
  if (offset == null) offset = 0
  else validateInteger(offset, 'offset', 0)
  const size = sizeOf(view)
  length ??= size - offset
  if (length === 0) return { view, offset, length, position: -1 }
  if (size === 0) throw new ArgumentValueError('buffer', view, 'is empty and cannot be written')
  if (typeof length !== 'number') throw new ArgumentTypeError('length', 'of type number', length)
  if (!Number.isInteger(length)) throw new ArgumentRangeError('length', 'an integer', length)
  if (length < 0) throw new ArgumentRangeError('length', '>= 0', length)
  if (offset + length > size) throw new ArgumentRangeError('length', `<= ${size - offset}`, length)
  return { view, offset, length: Math.min(length, longest), position: filePosition(position, length) }
}

/** The arguments of FileHandle.write for bytes; throws what Node would. */
export function validateWriteRange(
  view: NodeJS.ArrayBufferView,
  offset: number | null | undefined | WriteOptions,
  length: unknown,
  position: number | null | undefined,
): TransferRange {
  // As Node, for which null is options.
  if (typeof offset === 'object') ({ offset, length, position } = offset ?? {})
  if (offset == null) offset = 0
  else validateInteger(offset, 'offset', 0)
  const size = sizeOf(view)
  const count = typeof length === 'number' ? length : size - offset
  if (offset > size) throw new ArgumentRangeError('offset', `<= ${size}`, offset)
  if (count > size - offset) throw new ArgumentRangeError('length', `<= ${size - offset}`, count)
  if (count < 0) throw new ArgumentRangeError('length', '>= 0', count)
  if (!Number.isInteger(count)) throw new ArgumentRangeError('length', 'an integer', count)
  const at = typeof position === 'number' ? filePosition(position, count) : -1
  return { view, offset, length: Math.min(count, longest), position: at }
}

/** A position as readv and writev take it: what is no number, or below zero, is the file's own. */
export function toPosition(position: unknown): number {
  if (typeof position !== 'number' || position < 0) return -1
  validateInteger(position, 'position')
  return position
}

function filePosition(position: number | bigint | null | undefined, length: number): number {
  if (position == null) return -1
  if (typeof position === 'number') {
    if (position >= -1 && Number.isSafeInteger(position)) return position
    validateInteger(position, 'position', -1)
  }
  if (typeof position === 'bigint') {
    const max = 2n ** 63n - 1n - BigInt(length)
    if (position < -1n || position > max)
      throw new ArgumentRangeError('position', `>= -1 && <= ${max}`, position)
    if (position > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new ArgumentRangeError('position', `<= ${Number.MAX_SAFE_INTEGER}`, position)
    }
    return Number(position)
  }
  throw new ArgumentTypeError('position', 'of type bigint or integer', position)
}

/** The encoding of a string to write; throws what Node would. */
export function validateEncoding(text: string, encoding: unknown): BufferEncoding {
  // As Node, which takes for UTF-8 whatever it does not know.
  if (typeof encoding !== 'string' || !Buffer.isEncoding(encoding)) return 'utf8'
  if (encoding === 'hex' && text.length % 2 !== 0) {
    throw new ArgumentValueError('encoding', encoding, `is invalid for data of length ${text.length}`)
  }
  return encoding
}
