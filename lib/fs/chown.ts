import { pathCall, pathFlag } from '../bridge/layout.js'
import { validateInteger } from '../validate.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Sets the owner and the group of a file; -1 leaves one as it is. Like `chown` of node:fs/promises. */
export function chown(path: Path, uid: number, gid: number, limits?: Limits): Promise<void> {
  return change('chown', path, uid, gid, 0, limits)
}

/** The same for a symbolic link itself. Like `lchown` of node:fs/promises. */
export function lchown(path: Path, uid: number, gid: number, limits?: Limits): Promise<void> {
  return change('lchown', path, uid, gid, pathFlag.noFollow, limits)
}

async function change(
  syscall: string,
  given: Path,
  uid: number,
  gid: number,
  flags: number,
  limits: Limits | undefined,
): Promise<void> {
  const path = toPath(given)
  validateOwner(uid, gid)
  const limit = limitOf(limits)
  await onPath(pathCall.chown, { syscall, path, x: uid, y: gid, flags, limit }, nothing)
}

export function validateOwner(uid: number, gid: number): void {
  validateInteger(uid, 'uid', -1, 4294967295)
  validateInteger(gid, 'gid', -1, 4294967295)
}
