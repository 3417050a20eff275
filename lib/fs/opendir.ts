import { validateInteger } from '../validate.js'
import { Dir } from './dir.js'
import { FolderWalk } from './folder-walk.js'
import { type Limits, limitOf } from './limit.js'
import { type NameEncoding, type NameOptions, toNameOptions } from './name-encoding.js'
import { openFolder } from './open-folder.js'
import { type Path, toPath } from './path.js'

/** `signal` and `timeout` are for the opening; `Dir.read` takes its own. */
export interface OpendirOptions extends NameOptions, Limits {
  /** How many entries there is room for in one reading, if their names are long; more of shorter ones. Default: 32. */
  bufferSize?: number | undefined
  /** Goes through the folders inside too, each when those before are done; links are not followed. Default: false. */
  recursive?: boolean | undefined
}

/** Of an entry whose name has 255 bytes, as the system gives it. */
const longestEntry = 280
/** Room for names that are longer, which some file systems have. */
const leastBytes = 8 << 10
const mostBytes = 1 << 20

/**
 * Opens a folder, to go through it entry by entry. Like `opendir` of node:fs/promises. However many names it has, there are never
 * more than a reading of them in memory: see `bufferSize`. What is added or removed meanwhile may be met or not.
 *
 * Rejects with a {@link FileError} such as `ENOENT` or `ENOTDIR`.
 */
export async function opendir(path: Path, given?: OpendirOptions | NameEncoding | null): Promise<Dir> {
  const name = toPath(path)
  const options = toNameOptions<OpendirOptions>(given)
  const { bufferSize = 32, recursive, encoding } = options
  validateInteger(bufferSize, 'options.bufferSize', 1, 2 ** 32 - 1)
  const open = await openFolder(name, limitOf(options))
  const batchBytes = Math.min(Math.max(bufferSize * longestEntry, leastBytes), mostBytes)
  return new Dir(name, new FolderWalk(name, open, { encoding, recursive: Boolean(recursive), batchBytes }))
}
