import { ArgumentError } from '../argument-errors.js'
import type { Path } from './path.js'

/**
 * Linux has no permission bits of links: rejects with `ERR_METHOD_NOT_IMPLEMENTED`, like `lchmod` of node:fs/promises there.
 *
 * @deprecated as in Node
 */
export async function lchmod(_path: Path, _mode: string | number): Promise<void> {
  throw new ArgumentError('ERR_METHOD_NOT_IMPLEMENTED', 'The lchmod() method is not implemented')
}
