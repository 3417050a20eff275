import { pathCall } from '../bridge/layout.js'
import { validateInteger } from '../validate.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/**
 * Copies a file's bytes and permission bits; blocks are shared or copied by the kernel where the file system can. Like
 * `copyFile` of node:fs/promises.
 *
 * @param mode `constants.COPYFILE_EXCL`, `COPYFILE_FICLONE` and `COPYFILE_FICLONE_FORCE`, or'ed. Default: 0, which replaces
 *   what is there
 */
export async function copyFile(
  src: Path,
  dest: Path,
  mode: number | null = 0,
  limits?: Limits,
): Promise<void> {
  const path = toPath(src, 'src')
  const to = toPath(dest, 'dest')
  const bits = mode ?? 0
  validateInteger(bits, 'mode', 0, 7)
  const limit = limitOf(limits)
  await onPath(pathCall.copyFile, { syscall: 'copyfile', path, dest: to, flags: bits, limit }, nothing)
}
