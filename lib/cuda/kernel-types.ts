import type { DeviceArray } from './device-array.js'
import type { Dtype } from './dtype.js'
import type { PinnedArray } from './pinned-array.js'

/**
 * What a kernel takes at one place: a number of that type (`'u32'`, `'f32'`), a `'bool'`, a pointer to elements of that type
 * (`'f32*'`), a pointer to anything (`'void*'`), or something else that is passed as its bytes (`'bytes'`), such as a struct.
 */
export type ParameterType = Dtype | 'bool' | `${Dtype}*` | 'void*' | 'bytes'

/** What JavaScript passes for a parameter. A pointer may be `null`. */
export type ArgumentOf<P extends ParameterType> = P extends 'bool'
  ? boolean
  : P extends 'u64' | 'i64'
    ? bigint | number
    : P extends Dtype
      ? number
      : P extends 'bytes'
        ? Uint8Array
        : P extends 'void*'
          ? DeviceArray | PinnedArray | null
          : P extends `${infer D extends Dtype}*`
            ? DeviceArray<D> | PinnedArray<D> | null
            : never

/** Anything that some kernel takes. */
export type KernelArgument = ArgumentOf<ParameterType>

/** What JavaScript passes for a list of parameters. */
export type ArgumentsOf<P extends readonly ParameterType[]> = {
  -readonly [I in keyof P]: ArgumentOf<P[I]>
}

/** The names of C++ types that cross as numbers. `long` has 64 bits, as everywhere that heddle runs. */
export const scalarTypes = {
  bool: 'bool',
  char: 'i8',
  'signed char': 'i8',
  'unsigned char': 'u8',
  short: 'i16',
  'short int': 'i16',
  'unsigned short': 'u16',
  'unsigned short int': 'u16',
  int: 'i32',
  signed: 'i32',
  'signed int': 'i32',
  unsigned: 'u32',
  'unsigned int': 'u32',
  long: 'i64',
  'long int': 'i64',
  'unsigned long': 'u64',
  'unsigned long int': 'u64',
  'long long': 'i64',
  'long long int': 'i64',
  'unsigned long long': 'u64',
  'unsigned long long int': 'u64',
  'long unsigned int': 'u64',
  'long long unsigned int': 'u64',
  float: 'f32',
  double: 'f64',
  half: 'f16',
  __half: 'f16',
  nv_bfloat16: 'bf16',
  __nv_bfloat16: 'bf16',
  __nv_fp8_e4m3: 'f8e4m3',
  __nv_fp8_e5m2: 'f8e5m2',
  int8_t: 'i8',
  int16_t: 'i16',
  int32_t: 'i32',
  int64_t: 'i64',
  uint8_t: 'u8',
  uint16_t: 'u16',
  uint32_t: 'u32',
  uint64_t: 'u64',
  size_t: 'u64',
  ptrdiff_t: 'i64',
  uintptr_t: 'u64',
  intptr_t: 'i64',
  uint: 'u32',
  ushort: 'u16',
  ulong: 'u64',
} as const satisfies Record<string, ParameterType>

/** Words that say nothing about how a parameter is passed. */
export const qualifiers = [
  'const',
  'volatile',
  '__restrict__',
  '__restrict',
  'restrict',
  '__grid_constant__',
] as const
