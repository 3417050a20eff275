import { pathCall } from '../bridge/layout.js'
import { addon } from '../native.js'
import { validateBoolean } from '../validate.js'
import { toMode } from './flags.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

export interface MkdirOptions extends Limits {
  /** Makes the folders above too; one that is there is no error. Default: false. */
  recursive?: boolean | undefined
  /** Permission bits. Default: `0o777`. */
  mode?: string | number | undefined
}

/**
 * Makes a folder. Like `mkdir` of node:fs/promises.
 *
 * With `recursive` it resolves to the path of the first folder that was made, undefined when all were there.
 */
export function mkdir(path: Path, options: MkdirOptions & { recursive: true }): Promise<string | undefined>
export function mkdir(
  path: Path,
  options?: string | number | (MkdirOptions & { recursive?: false | undefined }) | null,
): Promise<void>
export function mkdir(
  path: Path,
  options?: string | number | MkdirOptions | null,
): Promise<string | undefined>
export async function mkdir(path: Path, given?: string | number | MkdirOptions | null): Promise<unknown> {
  const options = typeof given === 'number' || typeof given === 'string' ? { mode: given } : (given ?? {})
  const { recursive = false } = options as MkdirOptions
  const name = toPath(path)
  validateBoolean(recursive, 'options.recursive')
  const mode = toMode(options.mode, 'mode', 0o777)
  const called = { syscall: 'mkdir', path: name, mode, limit: limitOf(options as Limits) }
  if (!recursive) {
    await onPath(pathCall.mkdir, called, nothing)
    return undefined
  }
  return await onPath(pathCall.mkdirs, called, (id) => addon.takeBytes(id).toString() || undefined)
}
