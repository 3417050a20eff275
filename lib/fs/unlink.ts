import { pathCall } from '../bridge/layout.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Removes a name of a file. Like `unlink` of node:fs/promises. */
export async function unlink(path: Path): Promise<void> {
  await onPath(pathCall.unlink, { syscall: 'unlink', path: toPath(path) }, nothing)
}
