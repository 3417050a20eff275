import { closedError } from './file-error.js'
import { FileHandle } from './file-handle.js'
import { throwIfAborted, toOptions } from './file-options.js'
import { open } from './open.js'
import type { Path } from './path.js'

export interface ReadFileOptions {
  /** Gives a string in this encoding. Default: null, which gives a Buffer. */
  encoding?: BufferEncoding | null | undefined
  /** How the file is opened. Default: `'r'`. */
  flag?: string | number | undefined
  /** Ends the read between two chunks: the Promise then rejects with an AbortError. */
  signal?: AbortSignal | undefined
}

/**
 * Reads a whole file: from the start for a path, from its position for a FileHandle. Like `readFile` of
 * node:fs/promises.
 */
export function readFile(
  file: Path | FileHandle,
  options?: (ReadFileOptions & { encoding?: null | undefined }) | null,
): Promise<Buffer>
export function readFile(
  file: Path | FileHandle,
  options: (ReadFileOptions & { encoding: BufferEncoding }) | BufferEncoding,
): Promise<string>
export function readFile(
  file: Path | FileHandle,
  options?: ReadFileOptions | BufferEncoding | null,
): Promise<string | Buffer>
export async function readFile(
  file: Path | FileHandle,
  given?: ReadFileOptions | BufferEncoding | null,
): Promise<Buffer | string> {
  const options = toOptions<ReadFileOptions>(given)
  throwIfAborted(options.signal)
  if (file instanceof FileHandle) {
    if (file.fd === -1) throw closedError('read')
    return await file.readFile(options)
  }
  const handle = await open(file, { flags: options.flag ?? 'r' })
  try {
    return await handle.readFile(options)
  } finally {
    await handle.close()
  }
}
