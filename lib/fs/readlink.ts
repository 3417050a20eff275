import { pathCall } from '../bridge/layout.js'
import { addon } from '../native.js'
import { limitOf } from './limit.js'
import {
  type BytesOptions,
  type NameEncoding,
  type NameOptions,
  nameOf,
  type TextOptions,
  toNameOptions,
} from './name-encoding.js'
import { type Path, toPath } from './path.js'
import { onPath } from './path-call.js'

/** What a symbolic link says. Like `readlink` of node:fs/promises. */
export function readlink(path: Path, options?: TextOptions | BufferEncoding | null): Promise<string>
export function readlink(path: Path, options: BytesOptions | 'buffer'): Promise<Buffer>
export function readlink(path: Path, options?: NameOptions | string | null): Promise<string | Buffer>
export async function readlink(path: Path, given?: NameOptions | string | null): Promise<string | Buffer> {
  const options = toNameOptions(given as NameOptions | NameEncoding | null | undefined)
  const called = { syscall: 'readlink', path: toPath(path, 'oldPath'), limit: limitOf(options) }
  return await onPath(pathCall.readlink, called, (id) => nameOf(addon.takeBytes(id), options))
}
