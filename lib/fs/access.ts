import { pathCall } from '../bridge/layout.js'
import { validateInteger } from '../validate.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/**
 * Resolves when this process may do that with the file, else rejects. Like `access` of node:fs/promises.
 *
 * @param mode `constants.R_OK`, `W_OK` and `X_OK`, or'ed. Default: `F_OK`, that the file is there
 */
export async function access(path: Path, mode: number | null = 0, limits?: Limits): Promise<void> {
  const name = toPath(path)
  const bits = mode ?? 0
  validateInteger(bits, 'mode', 0, 7)
  const limit = limitOf(limits)
  await onPath(pathCall.access, { syscall: 'access', path: name, flags: bits, limit }, nothing)
}
