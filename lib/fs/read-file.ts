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

/** Long files are read in parts, so that an abort is seen and nothing takes the JS thread for long. */
const partBytes = 8 << 20
/** Where a size is not known (pipes, /proc), reading starts with this. */
const unknownBytes = 64 << 10

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
export async function readFile(
  file: Path | FileHandle,
  given?: ReadFileOptions | BufferEncoding | null,
): Promise<Buffer | string> {
  const options = toOptions<ReadFileOptions>(given)
  throwIfAborted(options.signal)
  const handle = file instanceof FileHandle ? file : await open(file, options.flag ?? 'r')
  try {
    const bytes = await readToEnd(handle, options.signal)
    return options.encoding == null ? bytes : bytes.toString(options.encoding)
  } finally {
    if (handle !== file) await handle.close()
  }
}

async function readToEnd(handle: FileHandle, signal: AbortSignal | undefined): Promise<Buffer> {
  if (handle.fd === -1) throw closedError('read')
  const stats = await handle.stat()
  const known = stats.isFile() ? stats.size : 0
  let bytes = Buffer.allocUnsafeSlow(known > 0 ? known : unknownBytes)
  let filled = 0
  while (known === 0 || filled < known) {
    throwIfAborted(signal)
    if (filled === bytes.length) {
      const larger = Buffer.allocUnsafeSlow(bytes.length * 2)
      bytes.copy(larger, 0, 0, filled)
      bytes = larger
    }
    const { bytesRead } = await handle.read(bytes, filled, Math.min(bytes.length - filled, partBytes), null)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled === bytes.length ? bytes : bytes.subarray(0, filled)
}
