import type { DeviceArray, Dtype, PinnedArray, Stream, TypedArrays } from 'heddle/cuda'

/** Bytes without a pattern that a mistake could keep; the same for the same seed. */
export function randomBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = (seed * 0x9e3779b1) >>> 0 || 1
  for (let i = 0; i < words.length; ++i) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return new Uint8Array(words.buffer, 0, length)
}

/** All dtypes, with the typed array that JavaScript has for each. */
export const dtypes: readonly [Dtype, TypedArrayConstructor][] = [
  ['u8', Uint8Array],
  ['i8', Int8Array],
  ['u16', Uint16Array],
  ['i16', Int16Array],
  ['u32', Uint32Array],
  ['i32', Int32Array],
  ['u64', BigUint64Array],
  ['i64', BigInt64Array],
  ['f16', Uint16Array],
  ['bf16', Uint16Array],
  ['f8e4m3', Uint8Array],
  ['f8e5m2', Uint8Array],
  ['f32', Float32Array],
  ['f64', Float64Array],
]

export interface TypedArrayConstructor {
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
  new (length: number): TypedArrays[Dtype]
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArrays[Dtype]
}

/** The bytes of an array on a device, after everything that `stream` was given. */
export async function download(stream: Stream, array: DeviceArray | PinnedArray): Promise<Uint8Array> {
  const bytes = new Uint8Array(array.byteLength)
  if (bytes.length !== 0) await stream.copy(bytes, array)
  return bytes
}

/** Whether two stretches of bytes are the same; far faster than a deep comparison. */
export function sameBytes(a: NodeJS.ArrayBufferView, b: NodeJS.ArrayBufferView): boolean {
  return bufferOf(a).equals(bufferOf(b))
}

function bufferOf(view: NodeJS.ArrayBufferView): Buffer {
  return Buffer.from(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength)
}
