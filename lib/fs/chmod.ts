import { pathCall } from '../bridge/layout.js'
import { toMode } from './flags.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Sets the permission bits of a file, as a number or an octal string. Like `chmod` of node:fs/promises. */
export async function chmod(path: Path, mode: string | number, limits?: Limits): Promise<void> {
  const name = toPath(path)
  const bits = toMode(mode, 'mode')
  const limit = limitOf(limits)
  await onPath(pathCall.chmod, { syscall: 'chmod', path: name, mode: bits, limit }, nothing)
}
