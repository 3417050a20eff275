import { pathCall } from '../bridge/layout.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Gives a file another name beside its own. Like `link` of node:fs/promises. */
export async function link(existingPath: Path, newPath: Path, limits?: Limits): Promise<void> {
  const path = toPath(existingPath, 'existingPath')
  const dest = toPath(newPath, 'newPath')
  const limit = limitOf(limits)
  await onPath(pathCall.link, { syscall: 'link', path, dest, limit }, nothing)
}
