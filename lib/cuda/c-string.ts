import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'

/** A text that C reads up to a null byte: one that has another would be taken for what stands in front of it. */
export function validateCString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw new ArgumentTypeError(name, 'of type string', value)
  if (value.includes('\0')) throw new ArgumentValueError(name, value, 'must be a string without null bytes')
}
