import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { isDetached } from '../detached.js'
import { validateBoolean, validateObject } from '../validate.js'
import { detachedError } from './span.js'

/** The floating types that JavaScript has no numbers for: it sees their bits. */
export type SmallFloat = 'f16' | 'bf16' | 'f8e4m3' | 'f8e5m2'

/** The bits of many such numbers. */
export type SmallFloatBits<D extends SmallFloat> = D extends 'f16' | 'bf16' ? Uint16Array : Uint8Array

export interface NarrowOptions {
  /**
   * What becomes of numbers that are too large, and of infinity: the largest finite number instead of infinity (in `f8e4m3`,
   * which has none, instead of NaN). Default: false.
   */
  readonly saturate?: boolean
}

interface Format {
  /** Bits of the fraction, and of the exponent. */
  readonly fraction: number
  readonly exponent: number
  /** The largest finite number, without sign. */
  readonly largest: number
  /** What stands for infinity: in a format that has none, NaN. */
  readonly infinity: number
  readonly nan: number
}

const formats: { readonly [D in SmallFloat]: Format } = {
  f16: { fraction: 10, exponent: 5, largest: 0x7bff, infinity: 0x7c00, nan: 0x7e00 },
  bf16: { fraction: 7, exponent: 8, largest: 0x7f7f, infinity: 0x7f80, nan: 0x7fc0 },
  f8e4m3: { fraction: 3, exponent: 4, largest: 0x7e, infinity: 0x7f, nan: 0x7f },
  f8e5m2: { fraction: 2, exponent: 5, largest: 0x7b, infinity: 0x7c, nan: 0x7e },
}

/** Whether its bits take a Uint16Array. */
function isWide(dtype: SmallFloat): boolean {
  return dtype === 'f16' || dtype === 'bf16'
}

function formatOf(dtype: SmallFloat): Format {
  if (typeof dtype !== 'string' || !Object.hasOwn(formats, dtype))
    throw new ArgumentValueError('dtype', dtype, `must be one of ${Object.keys(formats).join(', ')}`)
  return formats[dtype]
}

/** The bits of a float that has the same value. */
function widenOne(format: Format, bits: number): number {
  const { fraction, exponent, largest, infinity, nan } = format
  const magnitude = bits & ((1 << (fraction + exponent)) - 1)
  const sign = (bits >>> (fraction + exponent)) << 31
  if (magnitude > largest)
    return sign | (magnitude === infinity && infinity !== nan ? 0x7f800000 : 0x7fc00000)
  const bias = (1 << (exponent - 1)) - 1
  // Below the smallest normal number the fraction has no leading 1: it is moved up to where a float has one.
  const shift = magnitude >>> fraction === 0 ? Math.clz32(magnitude) - (31 - fraction) : 0
  if (magnitude === 0 || shift >= 128 - bias) return sign | (magnitude << (23 - fraction))
  const biased = (shift === 0 ? magnitude >>> fraction : 1 - shift) - bias + 127
  if (biased <= 0) return sign | (magnitude << (23 - fraction))
  return sign | (biased << 23) | (((magnitude << shift) << (23 - fraction)) & 0x7fffff)
}

function narrowOne(format: Format, word: number, saturate: boolean): number {
  const { fraction, exponent, largest, infinity, nan } = format
  const sign = (word >>> 31) << (fraction + exponent)
  const magnitude = word & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | nan
  const bias = (1 << (exponent - 1)) - 1
  const floatExponent = Math.max(magnitude >>> 23, 1)
  const significand = magnitude >>> 23 === 0 ? magnitude : (magnitude & 0x7fffff) | 0x800000
  const target = floatExponent - 127 + bias
  // How many bits go: more where the result is below the smallest normal number.
  const drop = 23 - fraction + Math.max(0, 1 - target)
  let rounded = 0
  if (drop <= 25) {
    const half = 2 ** (drop - 1)
    const rest = significand & (2 ** drop - 1)
    rounded = significand >>> drop
    if (rest > half || (rest === half && (rounded & 1) === 1)) ++rounded
  }
  // The leading 1 of a normal number counts as one exponent, and so does a fraction that was rounded up to 2.
  const bits = (Math.max(target - 1, 0) << fraction) + rounded
  if (bits > largest) return sign | (saturate ? largest : infinity)
  return sign | bits
}

/**
 * The numbers whose bits are given, as floats. Every number of these types is a float too, so nothing is lost.
 *
 * @throws TypeError when the bits are not in the typed array of that dtype
 */
export function widen<D extends SmallFloat>(dtype: D, bits: SmallFloatBits<D>): Float32Array<ArrayBuffer> {
  const format = formatOf(dtype)
  const expected = isWide(dtype) ? Uint16Array : Uint8Array
  if (!((bits as unknown) instanceof expected))
    throw new ArgumentTypeError('bits', `an instance of ${expected.name}`, bits)
  const words = new Uint32Array(bits.length)
  for (let i = 0; i < words.length; ++i) words[i] = widenOne(format, bits[i] as number)
  return new Float32Array(words.buffer)
}

/**
 * The bits of the nearest numbers of a type; of two that are equally near, the one whose last bit is 0. NaN stays NaN.
 *
 * @throws TypeError, or HeddleError with `code` `ERR_HEDDLE_DETACHED`
 */
export function narrow<D extends SmallFloat>(
  dtype: D,
  values: Float32Array,
  options: NarrowOptions = {},
): SmallFloatBits<D> {
  const format = formatOf(dtype)
  if (!(values instanceof Float32Array))
    throw new ArgumentTypeError('values', 'an instance of Float32Array', values)
  validateObject(options, 'options')
  const { saturate = false } = options
  validateBoolean(saturate, 'options.saturate')
  if (isDetached(values)) throw detachedError('values')
  const bits = isWide(dtype) ? new Uint16Array(values.length) : new Uint8Array(values.length)
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  for (let i = 0; i < bits.length; ++i) bits[i] = narrowOne(format, words[i] as number, saturate)
  return bits as SmallFloatBits<D>
}
