import type { Device, Dtype, Span, Stream } from 'heddle/cuda'
import { randomBytes, type TypedArrayConstructor } from './bytes.ts'

/** Where memory can lie. */
export const places = ['device', 'pinned', 'ordinary'] as const
export type PlaceName = (typeof places)[number]

/** Some elements in the middle of a larger stretch of memory. */
export interface Place {
  readonly span: Span
  /** Everything, with what is around the span. */
  readonly whole: Span
}

export async function makePlace(
  gpu: Device,
  name: PlaceName,
  [dtype, arrayType]: readonly [Dtype, TypedArrayConstructor],
  { before, length, after }: { before: number; length: number; after: number },
): Promise<Place> {
  const all = before + length + after
  if (name === 'ordinary') {
    const whole = new arrayType(all)
    return { whole, span: whole.subarray(before, before + length) }
  }
  const whole = await (name === 'device' ? gpu.alloc(dtype, all) : gpu.pinned(dtype, all))
  return { whole, span: whole.slice(before, before + length) }
}

/** Gives all of a place certain bytes. */
export function scramble(stream: Stream, { whole }: Place, seed: number): Uint8Array {
  const bytes = randomBytes(whole.byteLength, seed)
  if (ArrayBuffer.isView(whole)) new Uint8Array(whole.buffer as ArrayBuffer).set(bytes)
  else stream.copy(whole, bytes)
  return bytes
}

/** All bytes of a place, after everything that the stream was given. */
export async function bytesOf(stream: Stream, { whole }: Place): Promise<Uint8Array> {
  await stream.sync()
  if (ArrayBuffer.isView(whole)) return new Uint8Array(whole.buffer as ArrayBuffer)
  const bytes = new Uint8Array(whole.byteLength)
  await stream.copy(bytes, whole)
  return bytes
}
