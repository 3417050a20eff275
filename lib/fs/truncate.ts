import { pathCall } from '../bridge/layout.js'
import { validateInteger } from '../validate.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/**
 * Cuts a file off, or fills it up with zeros. Like `truncate` of node:fs/promises.
 *
 * @param len how many bytes it has then. Default: 0
 */
export async function truncate(path: Path, len: number = 0, limits?: Limits): Promise<void> {
  const name = toPath(path)
  validateInteger(len, 'len')
  const called = { syscall: 'ftruncate', path: name, x: Math.max(0, len), limit: limitOf(limits) }
  await onPath(pathCall.truncate, called, nothing)
}
