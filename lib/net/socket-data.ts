import { ArgumentTypeError } from '../argument-errors.js'

/** What can be sent: text (as UTF-8), or the bytes of a view. */
export type SocketData = string | NodeJS.ArrayBufferView

export function viewOf(view: NodeJS.ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

export function bytesOf(data: SocketData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (ArrayBuffer.isView(data)) return viewOf(data)
  throw new ArgumentTypeError(
    'data',
    'of type string or an instance of Buffer, TypedArray, or DataView',
    data,
  )
}
