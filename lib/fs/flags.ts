import { constants } from 'node:fs'
import { ArgumentRangeError, ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_SYNC, O_TRUNC, O_WRONLY } = constants

/** Node's flag strings and what they mean to open(2). */
const meanings: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  rs: O_RDONLY | O_SYNC,
  sr: O_RDONLY | O_SYNC,
  'r+': O_RDWR,
  'rs+': O_RDWR | O_SYNC,
  'sr+': O_RDWR | O_SYNC,
  w: O_TRUNC | O_CREAT | O_WRONLY,
  wx: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  xw: O_TRUNC | O_CREAT | O_WRONLY | O_EXCL,
  'w+': O_TRUNC | O_CREAT | O_RDWR,
  'wx+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  'xw+': O_TRUNC | O_CREAT | O_RDWR | O_EXCL,
  a: O_APPEND | O_CREAT | O_WRONLY,
  ax: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  xa: O_APPEND | O_CREAT | O_WRONLY | O_EXCL,
  as: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  sa: O_APPEND | O_CREAT | O_WRONLY | O_SYNC,
  'a+': O_APPEND | O_CREAT | O_RDWR,
  'ax+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  'xa+': O_APPEND | O_CREAT | O_RDWR | O_EXCL,
  'as+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
  'sa+': O_APPEND | O_CREAT | O_RDWR | O_SYNC,
}

/** The flags of open(2) for Node's string or number. */
export function toFlags(flags: string | number | null | undefined, name = 'flags'): number {
  if (flags == null) return O_RDONLY
  if (typeof flags === 'number') {
    if (!Number.isInteger(flags)) throw new ArgumentRangeError(name, 'an integer', flags)
    if (flags < -2147483648 || flags > 2147483647) {
      throw new ArgumentRangeError(name, '>= -2147483648 && <= 2147483647', flags)
    }
    return flags
  }
  const meaning = Object.hasOwn(meanings, flags) ? meanings[flags] : undefined
  if (meaning === undefined) throw new ArgumentValueError(name, flags)
  return meaning
}

/** Permission bits, as a number or an octal string. Without a fallback there must be some. */
export function toMode(mode: string | number | null | undefined, name: string, fallback?: number): number {
  if (mode == null) {
    if (fallback !== undefined) return fallback
    throw new ArgumentTypeError(name, 'of type number', undefined)
  }
  let value: unknown = mode
  if (typeof mode === 'string') {
    if (!/^[0-7]+$/.test(mode)) {
      throw new ArgumentValueError(name, mode, 'must be a 32-bit unsigned integer or an octal string')
    }
    value = Number.parseInt(mode, 8)
  }
  if (typeof value !== 'number') throw new ArgumentTypeError(name, 'of type number', mode)
  if (!Number.isInteger(value)) throw new ArgumentRangeError(name, 'an integer', mode)
  if (value < 0 || value > 4294967295) throw new ArgumentRangeError(name, '>= 0 && <= 4294967295', mode)
  return value
}
