import { pathCall } from '../bridge/layout.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Removes an empty folder. Like `rmdir` of node:fs/promises; for one that is not empty there is `rm`. */
export async function rmdir(path: Path): Promise<void> {
  await onPath(pathCall.rmdir, { syscall: 'rmdir', path: toPath(path) }, nothing)
}
