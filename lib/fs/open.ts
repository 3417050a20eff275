import { addon } from '../native.js'
import { FileHandle } from './file-handle.js'
import { toFlags, toMode } from './flags.js'
import { type Path, toPath } from './path.js'
import { call } from './pending.js'

export type { Path } from './path.js'

/**
 * Opens a file. Like `open` of node:fs/promises: the same flags, modes and errors.
 *
 * @param flags a string such as `'r'` or `'wx+'`, or `O_*` numbers. Default: `'r'`
 * @param mode permission bits of a file that is created. Default: `0o666`
 */
export async function open(path: Path, flags?: string | number, mode?: string | number): Promise<FileHandle> {
  const name = toPath(path)
  const how = toFlags(flags)
  const bits = toMode(mode, 'mode', 0o666)
  return await call(
    { syscall: 'open', path: name },
    (id) => addon.open(id, name, how, bits),
    (fd) => new FileHandle(fd, how),
  )
}
