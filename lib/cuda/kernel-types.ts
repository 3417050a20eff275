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

/** The names of C++ types that cross as numbers, but for those of the language that are spelled in any order. */
export const scalarTypes = {
  bool: 'bool',
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

/**
 * What the integer types of the language cross as, signed and unsigned, by the word that says their size. `long` has 64 bits, as
 * everywhere that heddle runs. `unsigned`, `signed` and `int` may stand anywhere beside it: `long unsigned int`.
 */
export const integerTypes = {
  char: ['i8', 'u8'],
  short: ['i16', 'u16'],
  int: ['i32', 'u32'],
  long: ['i64', 'u64'],
} as const satisfies Record<string, readonly [ParameterType, ParameterType]>

/** Words that say nothing about how a parameter is passed. */
export const qualifiers = [
  'const',
  'volatile',
  'register',
  '__restrict__',
  '__restrict',
  'restrict',
  '__grid_constant__',
] as const

/** Words whose parentheses are not a kernel's. */
export const kernelAttributes = [
  '__launch_bounds__',
  '__cluster_dims__',
  '__maxnreg__',
  '__block_size__',
  '__attribute__',
  '__align__',
  '__declspec',
  'alignas',
] as const
