import { isDate } from 'node:util/types'
import { ArgumentTypeError } from '../argument-errors.js'
import { pathCall, pathFlag } from '../bridge/layout.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** A time of a file: a Date, or seconds since 1970; a number below zero stands for now. */
export type FileTime = string | number | Date

/** Sets when a file was last read and changed. Like `utimes` of node:fs/promises. */
export function utimes(path: Path, atime: FileTime, mtime: FileTime): Promise<void> {
  return change('utime', path, atime, mtime, 0)
}

/** The same for a symbolic link itself. Like `lutimes` of node:fs/promises. */
export function lutimes(path: Path, atime: FileTime, mtime: FileTime): Promise<void> {
  return change('lutime', path, atime, mtime, pathFlag.noFollow)
}

async function change(
  syscall: string,
  given: Path,
  atime: FileTime,
  mtime: FileTime,
  flags: number,
): Promise<void> {
  const path = toPath(given)
  await onPath(pathCall.utimes, { syscall, path, x: toSeconds(atime), y: toSeconds(mtime), flags }, nothing)
}

/** As Node reads it; throws what Node would. */
export function toSeconds(time: FileTime, name = 'time'): number {
  // biome-ignore lint/suspicious/noDoubleEquals: Node takes every string that says a number
  if (typeof time === 'string' && (+time as unknown) == time) return +time
  if (typeof time === 'number' && Number.isFinite(time)) return time < 0 ? Date.now() / 1000 : time
  if (isDate(time)) return time.getTime() / 1000
  throw new ArgumentTypeError(name, 'an instance of Date or an Time in seconds', time)
}
