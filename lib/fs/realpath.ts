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

/** The absolute path of a file, with no link, `.` or `..` in it. Like `realpath` of node:fs/promises. */
export function realpath(path: Path, options?: TextOptions | BufferEncoding | null): Promise<string>
export function realpath(path: Path, options: BytesOptions | 'buffer'): Promise<Buffer>
export function realpath(path: Path, options?: NameOptions | NameEncoding | null): Promise<string | Buffer>
export async function realpath(
  path: Path,
  given?: NameOptions | NameEncoding | null,
): Promise<string | Buffer> {
  const options = toNameOptions(given)
  const called = { syscall: 'realpath', path: toPath(path), limit: limitOf(options) }
  return await onPath(pathCall.realpath, called, (id) => nameOf(addon.takeBytes(id), options))
}
