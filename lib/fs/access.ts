import { pathCall } from '../bridge/layout.js'
import { validateInteger } from '../validate.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/**
 * Resolves when this process may do that with the file, else rejects. Like `access` of node:fs/promises.
 *
 * @param mode `constants.R_OK`, `W_OK` and `X_OK`, or'ed. Default: `F_OK`, that the file is there
 */
export async function access(path: Path, mode: number = 0): Promise<void> {
  const name = toPath(path)
  validateInteger(mode, 'mode', 0, 7)
  await onPath(pathCall.access, { syscall: 'access', path: name, flags: mode }, nothing)
}
