import { isDate } from 'node:util/types'
import { ArgumentTypeError } from '../argument-errors.js'
import { pathCall, pathFlag } from '../bridge/layout.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** A time of a file: a Date, or seconds since 1970; a number below zero stands for now. */
export type FileTime = string | number | Date

/** Sets when a file was last read and changed. Like `utimes` of node:fs/promises. */
export function utimes(path: Path, atime: FileTime, mtime: FileTime, limits?: Limits): Promise<void> {
  return change('utime', path, atime, mtime, 0, limits)
}

/** The same for a symbolic link itself. Like `lutimes` of node:fs/promises. */
export function lutimes(path: Path, atime: FileTime, mtime: FileTime, limits?: Limits): Promise<void> {
  return change('lutime', path, atime, mtime, pathFlag.noFollow, limits)
}

async function change(
  syscall: string,
  given: Path,
  atime: FileTime,
  mtime: FileTime,
  flags: number,
  limits: Limits | undefined,
): Promise<void> {
  const path = toPath(given)
  const [x, y] = [toSeconds(atime), toSeconds(mtime)]
  await onPath(pathCall.utimes, { syscall, path, x, y, flags, limit: limitOf(limits) }, nothing)
}

/** As Node reads it; throws what Node would. */
export function toSeconds(time: FileTime, name = 'time'): number {
  // biome-ignore lint/suspicious/noDoubleEquals: Node takes every string that says a number
  if (typeof time === 'string' && (+time as unknown) == time) return +time
  if (typeof time === 'number' && Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time
  if (isDate(time)) return time.getTime() / 1000
  throw new ArgumentTypeError(name, 'an instance of Date or an Time in seconds', time)
}
