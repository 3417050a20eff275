import { ArgumentValueError } from '../argument-errors.js'

/** Element types of device and pinned arrays, and the typed array in which JavaScript sees each. */
export interface TypedArrays {
  u8: Uint8Array
  i8: Int8Array
  u16: Uint16Array
  i16: Int16Array
  u32: Uint32Array
  i32: Int32Array
  u64: BigUint64Array
  i64: BigInt64Array
  /** IEEE half precision; JavaScript sees its bits. */
  f16: Uint16Array
  /** bfloat16; JavaScript sees its bits. */
  bf16: Uint16Array
  /** Eight bits, four of exponent (OCP E4M3: no infinity, up to 448); JavaScript sees its bits. */
  f8e4m3: Uint8Array
  /** Eight bits, five of exponent (OCP E5M2: up to 57344); JavaScript sees its bits. */
  f8e5m2: Uint8Array
  f32: Float32Array
  f64: Float64Array
}

/** An element type: unsigned, signed and floating, by size in bits; `f8e4m3` and `f8e5m2` also by bits of exponent and fraction. */
export type Dtype = keyof TypedArrays

/** A number of that type in JavaScript. */
export type ElementOf<D extends Dtype> = D extends 'u64' | 'i64' ? bigint : number

interface TypedArrayConstructor<A> {
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): A
}

const constructors: { readonly [D in Dtype]: TypedArrayConstructor<TypedArrays[D]> } = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f8e4m3: Uint8Array,
  f8e5m2: Uint8Array,
  f32: Float32Array,
  f64: Float64Array,
}

/** Bytes of one element. */
export function bytesOf(dtype: Dtype): number {
  return constructors[dtype].BYTES_PER_ELEMENT
}

/** A typed array over part of a buffer. */
export function viewOf<D extends Dtype>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArrays[D] {
  return new constructors[dtype](buffer, byteOffset, length)
}

/** Views of bytes. */
const plain = new Set(['Uint8Array', 'Uint8ClampedArray', 'DataView'])

/**
 * Whether a view's elements have the layout of a dtype. Bytes fit everything, on either side. Asks for names, since an array
 * from another realm is no instance of this one's classes, and not every Node has a Float16Array.
 */
export function fits(view: NodeJS.ArrayBufferView, dtype: Dtype): boolean {
  const name: string = view[Symbol.toStringTag]
  if (dtype === 'u8' || plain.has(name) || name === constructors[dtype].name) return true
  return dtype === 'f16' && name === 'Float16Array'
}

export function validateDtype(dtype: unknown): asserts dtype is Dtype {
  if (typeof dtype !== 'string' || !Object.hasOwn(constructors, dtype)) {
    throw new ArgumentValueError('dtype', dtype, `must be one of ${Object.keys(constructors).join(', ')}`)
  }
}

/** The bits of one element, as the low and high 32 bits that a fill takes. */
export function elementBits(dtype: Dtype, value: number | bigint): { low: number; high: number } {
  const buffer = new ArrayBuffer(8)
  const view = viewOf(dtype, buffer, 0, 1)
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) view[0] = BigInt(value)
  else view[0] = Number(value)
  const words = new DataView(buffer)
  return { low: words.getInt32(0, true), high: words.getUint32(4, true) }
}
