import type { FileHandle } from './file-handle.js'
import { toOptions } from './file-options.js'
import type { Path } from './path.js'
import { type WriteFileOptions, writeFile } from './write-file.js'

/** Writes to the end of a file, which is made when it is not there. Like `appendFile` of node:fs/promises. */
export async function appendFile(
  file: Path | FileHandle,
  data: string | NodeJS.ArrayBufferView,
  given?: WriteFileOptions | BufferEncoding | null,
): Promise<void> {
  const options = toOptions<WriteFileOptions>(given)
  await writeFile(file, data, { ...options, flag: options.flag || 'a' })
}
