import { inspect } from 'node:util'

/** Argument errors with the names, codes and wording of Node's own, since they stand where Node's would. */

function received(value: unknown): string {
  if (value == null) return ` Received ${value}`
  if (typeof value === 'function') return ` Received function ${value.name}`
  if (typeof value === 'object') {
    const name: unknown = value.constructor?.name
    return typeof name === 'string' && name !== ''
      ? ` Received an instance of ${name}`
      : ` Received ${inspect(value, { depth: -1 })}`
  }
  if (typeof value === 'string') {
    const some = value.length > 28 ? `${value.slice(0, 25)}...` : value
    return ` Received type string (${some.includes("'") ? JSON.stringify(some) : `'${some}'`})`
  }
  let text = inspect(value, { colors: false })
  if (text.length > 28) text = `${text.slice(0, 25)}...`
  return ` Received type ${typeof value} (${text})`
}

function kind(name: string): string {
  return name.includes('.') ? 'property' : 'argument'
}

/** Some objects throw when they are looked at: a DataView that is detached is one. */
function shown(value: unknown): string {
  try {
    return inspect(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** A number as Node writes it here: with separators where it is long. */
function amount(value: unknown): string {
  const long =
    typeof value === 'bigint' || Number.isInteger(value) ? Math.abs(Number(value)) > 2 ** 32 : false
  return inspect(value, { numericSeparator: long })
}

/** For the codes of Node that stand for one argument of one function. */
export class ArgumentError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** `code`: `ERR_INVALID_ARG_TYPE`. */
export class ArgumentTypeError extends TypeError {
  readonly code = 'ERR_INVALID_ARG_TYPE'

  /** @param expected such as "of type number" or "an instance of Buffer" */
  constructor(name: string, expected: string, actual: unknown) {
    super(`The "${name}" ${kind(name)} must be ${expected}.${received(actual)}`)
  }
}

/** `code`: `ERR_INVALID_ARG_VALUE`. */
export class ArgumentValueError extends TypeError {
  readonly code = 'ERR_INVALID_ARG_VALUE'

  constructor(name: string, actual: unknown, reason = 'is invalid') {
    let text = shown(actual)
    if (text.length > 128) text = `${text.slice(0, 128)}...`
    super(`The ${kind(name)} '${name}' ${reason}. Received ${text}`)
  }
}

/** `code`: `ERR_OUT_OF_RANGE`. */
export class ArgumentRangeError extends RangeError {
  readonly code = 'ERR_OUT_OF_RANGE'

  constructor(name: string, range: string, actual: unknown) {
    super(`The value of "${name}" is out of range. It must be ${range}. Received ${amount(actual)}`)
  }
}

/** `code`: `ERR_INVALID_IP_ADDRESS`. */
export class ArgumentAddressError extends TypeError {
  readonly code = 'ERR_INVALID_IP_ADDRESS'

  constructor(actual: string) {
    super(`Invalid IP address: ${actual}`)
  }
}
