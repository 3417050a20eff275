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

/** Makes a folder whose name is `prefix` and six characters that no other has. Like `mkdtemp` of node:fs/promises. */
export function mkdtemp(prefix: Path, options?: TextOptions | BufferEncoding | null): Promise<string>
export function mkdtemp(prefix: Path, options: BytesOptions | 'buffer'): Promise<Buffer>
export function mkdtemp(prefix: Path, options?: NameOptions | NameEncoding | null): Promise<string | Buffer>
export async function mkdtemp(
  prefix: Path,
  given?: NameOptions | NameEncoding | null,
): Promise<string | Buffer> {
  const options = toNameOptions(given)
  const called = { syscall: 'mkdtemp', path: toPath(prefix, 'prefix'), limit: limitOf(options) }
  return await onPath(pathCall.mkdtemp, called, (id) => nameOf(addon.takeBytes(id), options))
}
