import { ArgumentError } from '../argument-errors.js'
import { pathCall } from '../bridge/layout.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/**
 * Makes a symbolic link at `path` that says `target`. Like `symlink` of node:fs/promises.
 *
 * @param type `'file'`, `'dir'` or `'junction'`, which mean nothing here
 */
export async function symlink(
  target: Path,
  path: Path,
  type?: string | null,
  limits?: Limits,
): Promise<void> {
  const says = toPath(target, 'target')
  const at = toPath(path)
  if (typeof type === 'string' && type !== 'dir' && type !== 'file' && type !== 'junction') {
    throw new ArgumentError(
      'ERR_FS_INVALID_SYMLINK_TYPE',
      `Symlink type must be one of "dir", "file", or "junction". Received "${type}"`,
    )
  }
  const limit = limitOf(limits)
  await onPath(pathCall.symlink, { syscall: 'symlink', path: says, dest: at, limit }, nothing)
}
