import { constants } from 'node:fs'
import { addon } from '../native.js'
import { validateBoolean } from '../validate.js'
import { FileHandle } from './file-handle.js'
import { toFlags, toMode } from './flags.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { call } from './pending.js'

export type { Path } from './path.js'

export interface OpenOptions extends Limits {
  /** A string such as `'r'` or `'wx+'`, or `O_*` numbers. Default: `'r'`. */
  flags?: string | number | undefined
  /** Permission bits of a file that is created. Default: `0o666`. */
  mode?: string | number | undefined
  /**
   * Reads and writes go past the page cache: O_DIRECT. Their memory, position and length must then be whole blocks
   * (see `allocAligned`), else they fail with `EINVAL`. Default: false.
   */
  direct?: boolean | undefined
}

/**
 * Opens a file. Like `open` of node:fs/promises: the same flags, modes and errors; or with options.
 *
 * @param flags a string such as `'r'` or `'wx+'`, or `O_*` numbers. Default: `'r'`
 * @param mode permission bits of a file that is created. Default: `0o666`
 */
export function open(path: Path, flags?: string | number, mode?: string | number): Promise<FileHandle>
export function open(path: Path, options: OpenOptions): Promise<FileHandle>
export async function open(
  path: Path,
  given?: string | number | OpenOptions,
  bits?: string | number,
): Promise<FileHandle> {
  const name = toPath(path)
  const options = isOptions(given) ? given : { flags: given, mode: bits }
  const { flags, mode, direct = false } = options
  validateBoolean(direct, 'options.direct')
  const how = toFlags(flags) | (direct ? constants.O_DIRECT : 0)
  const permissions = toMode(mode, 'mode', 0o666)
  return await call(
    { syscall: 'open', path: name, limit: limitOf(options) },
    (id) => addon.open(id, name, how, permissions),
    (fd) => new FileHandle(fd, how),
  )
}

function isOptions(given: string | number | OpenOptions | undefined): given is OpenOptions {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}
