import { pathCall, pathFlag } from '../bridge/layout.js'
import { addon } from '../native.js'
import { validateInteger } from '../validate.js'
import { Dir } from './dir.js'
import { FileError } from './file-error.js'
import { type Limits, limitOf } from './limit.js'
import { type NameEncoding, type NameOptions, toNameOptions } from './name-encoding.js'
import { type Path, toPath } from './path.js'
import { onPath } from './path-call.js'

export interface OpendirOptions extends NameOptions, Limits {
  /** Taken as Node takes it; here it has no effect, since all entries are read at once. Default: 32. */
  bufferSize?: number | undefined
  /** Goes through the folders inside too. Default: false. */
  recursive?: boolean | undefined
}

/**
 * Opens a folder, to go through it entry by entry. Like `opendir` of node:fs/promises, but that all names are read here, and
 * none later: some 30 bytes each.
 *
 * Rejects with a {@link FileError} such as `ENOENT` or `ENOTDIR`.
 */
export async function opendir(path: Path, given?: OpendirOptions | NameEncoding | null): Promise<Dir> {
  const name = toPath(path)
  const options = toNameOptions<OpendirOptions>(given)
  const { bufferSize, recursive } = options
  if (bufferSize !== undefined) validateInteger(bufferSize, 'options.bufferSize', 1, 2 ** 32 - 1)
  const flags = pathFlag.withTypes | (recursive ? pathFlag.recursive : 0)
  try {
    return await onPath(
      pathCall.readdir,
      { syscall: 'opendir', path: name, flags, limit: limitOf(options) },
      (id) => new Dir(name, addon.takeBytes(id), options),
    )
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new FileError(error.errno, 'opendir', error.path)
  }
}
