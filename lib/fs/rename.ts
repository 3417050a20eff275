import { pathCall } from '../bridge/layout.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Gives a file or folder another name, replacing a file of that name. Like `rename` of node:fs/promises. */
export async function rename(oldPath: Path, newPath: Path, limits?: Limits): Promise<void> {
  const path = toPath(oldPath, 'oldPath')
  const dest = toPath(newPath, 'newPath')
  const limit = limitOf(limits)
  await onPath(pathCall.rename, { syscall: 'rename', path, dest, limit }, nothing)
}
