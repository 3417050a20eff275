import { ArgumentTypeError } from '../argument-errors.js'
import type { Dtype } from './dtype.js'

/** Typed arrays, and Buffers, whose memory can be registered. */
export type RegisterableArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

/** The dtype that a typed array shows. 16-bit words are integers; `reinterpret` makes floats of them. */
export type DtypeOf<A extends RegisterableArray> = A extends Uint8Array | Uint8ClampedArray
  ? 'u8'
  : A extends Int8Array
    ? 'i8'
    : A extends Uint16Array
      ? 'u16'
      : A extends Int16Array
        ? 'i16'
        : A extends Uint32Array
          ? 'u32'
          : A extends Int32Array
            ? 'i32'
            : A extends BigUint64Array
              ? 'u64'
              : A extends BigInt64Array
                ? 'i64'
                : A extends Float32Array
                  ? 'f32'
                  : 'f64'

const dtypes: Record<string, Dtype> = {
  Uint8Array: 'u8',
  Uint8ClampedArray: 'u8',
  Int8Array: 'i8',
  Uint16Array: 'u16',
  Int16Array: 'i16',
  Uint32Array: 'u32',
  Int32Array: 'i32',
  BigUint64Array: 'u64',
  BigInt64Array: 'i64',
  Float32Array: 'f32',
  Float64Array: 'f64',
}

/** The same at run time; throws when it is something else. */
export function dtypeOfView(array: unknown): Dtype {
  const name = ArrayBuffer.isView(array)
    ? (array as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]
    : ''
  const dtype = Object.hasOwn(dtypes, name) ? dtypes[name] : undefined
  if (dtype === undefined) throw new ArgumentTypeError('array', 'an instance of TypedArray or Buffer', array)
  return dtype
}
