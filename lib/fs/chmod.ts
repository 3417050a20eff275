import { pathCall } from '../bridge/layout.js'
import { toMode } from './flags.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Sets the permission bits of a file, as a number or an octal string. Like `chmod` of node:fs/promises. */
export async function chmod(path: Path, mode: string | number): Promise<void> {
  const name = toPath(path)
  await onPath(pathCall.chmod, { syscall: 'chmod', path: name, mode: toMode(mode, 'mode') }, nothing)
}
