import { pathCall } from '../bridge/layout.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Removes a name of a file. Like `unlink` of node:fs/promises. */
export async function unlink(path: Path, limits?: Limits): Promise<void> {
  const called = { syscall: 'unlink', path: toPath(path), limit: limitOf(limits) }
  await onPath(pathCall.unlink, called, nothing)
}
