import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { isDetached } from '../detached.js'

/** What can be sent: text (as UTF-8), or the bytes of a view. */
export type SocketData = string | NodeJS.ArrayBufferView

/** Throws an ArgumentValueError for a view whose memory is gone: its bytes would look like none. */
export function viewOf(view: NodeJS.ArrayBufferView, name: string): Uint8Array {
  // What is usual comes first: bytes that are there are not detached.
  if (view instanceof Uint8Array && view.length !== 0) return view
  if (isDetached(view)) throw new ArgumentValueError(name, view, 'is detached')
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

export function bytesOf(data: SocketData, name = 'data'): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (ArrayBuffer.isView(data)) return viewOf(data, name)
  throw new ArgumentTypeError(name, 'of type string or an instance of Buffer, TypedArray, or DataView', data)
}

/** Those of several parts; holes count as parts that are missing. */
export function partsOf(parts: readonly SocketData[]): Uint8Array[] {
  return Array.from(parts, (part, i) => {
    if (typeof part === 'string') return Buffer.from(part)
    return bytesOf(part, `parts[${i}]`)
  })
}
