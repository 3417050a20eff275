import { ArgumentRangeError, ArgumentTypeError } from './argument-errors.js'

/** Checks that throw at the call, with what was wrong, what was expected and what was given. */

export function validateInteger(
  value: unknown,
  name: string,
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== 'number') throw new ArgumentTypeError(name, 'of type number', value)
  if (!Number.isInteger(value)) throw new ArgumentRangeError(name, 'an integer', value)
  if (value < min || value > max) throw new ArgumentRangeError(name, `>= ${min} && <= ${max}`, value)
}

export function validateObject(value: unknown, name: string): asserts value is object {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new ArgumentTypeError(name, 'of type object', value)
}

export function validateBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw new ArgumentTypeError(name, 'of type boolean', value)
}

export function validateFunction(value: unknown, name: string): asserts value is (...args: never) => unknown {
  if (typeof value !== 'function') throw new ArgumentTypeError(name, 'of type function', value)
}

/** An AbortSignal, or absent: also one of another realm, or of a polyfill, but nothing that can't be listened to. */
export function validateSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return
  const { aborted, addEventListener, removeEventListener } = Object(signal) as Partial<AbortSignal>
  if (
    typeof signal !== 'object' ||
    typeof aborted !== 'boolean' ||
    typeof addEventListener !== 'function' ||
    typeof removeEventListener !== 'function'
  ) {
    throw new ArgumentTypeError('options.signal', 'an instance of AbortSignal', signal)
  }
}

/** `signal` and `timeout`, each of which may be absent. */
export function validateLimits({
  signal,
  timeout,
}: {
  readonly signal?: unknown
  readonly timeout?: unknown
}): void {
  validateSignal(signal)
  if (timeout !== undefined) validateDuration(timeout, 'options.timeout')
}

/** The signal among options that may be absent. */
export function signalOf(
  options: { readonly signal?: AbortSignal | undefined } | undefined,
): AbortSignal | undefined {
  if (options === undefined) return undefined
  validateObject(options, 'options')
  validateSignal(options.signal)
  return options.signal
}

/** The longest time to wait: about 104 days, far inside what every clock involved can hold. */
const longest = 9e9

/** Milliseconds, not necessarily whole. */
export function validateDuration(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number') throw new ArgumentTypeError(name, 'of type number', value)
  if (!(value >= 0 && value <= longest)) throw new ArgumentRangeError(name, `>= 0 && <= ${longest}`, value)
}
