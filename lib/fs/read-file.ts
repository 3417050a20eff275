import { closedError } from './file-error.js'
import { FileHandle } from './file-handle.js'
import { throwIfAborted, toOptions } from './file-options.js'
import { type Limits, withinLimits } from './limit.js'
import { open } from './open.js'
import type { Path } from './path.js'

export interface ReadFileOptions extends Limits {
  /** Gives a string in this encoding. Default: null, which gives a Buffer. */
  encoding?: BufferEncoding | null | undefined
  /** How the file is opened. Default: `'r'`. */
  flag?: string | number | undefined
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
  const { encoding, flag, ...limits } = toOptions<ReadFileOptions>(given)
  throwIfAborted(limits.signal)
  if (file instanceof FileHandle) {
    if (file.fd === -1) throw closedError('read')
    return await file.readFile({ encoding, ...limits })
  }
  return await withinLimits(limits, async (signal) => {
    const handle = await open(file, { flags: flag || 'r', signal })
    try {
      return await handle.readFile({ encoding, signal })
    } finally {
      await handle.close()
    }
  })
}
