import { ArgumentTypeError } from '../argument-errors.js'
import { validateBoolean } from '../validate.js'
import { FileHandle } from './file-handle.js'
import { throwIfAborted, toOptions } from './file-options.js'
import { open } from './open.js'
import type { Path } from './path.js'

/** What can be written to a file: bytes, text, or a sequence of these as they come. */
export type WriteFileData =
  | string
  | NodeJS.ArrayBufferView
  | Iterable<string | NodeJS.ArrayBufferView>
  | AsyncIterable<string | NodeJS.ArrayBufferView>

export interface WriteFileOptions {
  /** Of strings. Default: `'utf8'`. */
  encoding?: BufferEncoding | null | undefined
  /** Permission bits of a file that is created. Default: `0o666`. */
  mode?: string | number | undefined
  /** How the file is opened. Default: `'w'`. */
  flag?: string | number | undefined
  /** Whether the data are on the disk when the Promise resolves. Default: false. */
  flush?: boolean | undefined
  /** Ends the write between two chunks: the Promise then rejects with an AbortError, and the file is left half written. */
  signal?: AbortSignal | undefined
}

const partBytes = 8 << 20

/** Writes a whole file, replacing what a path held. Like `writeFile` of node:fs/promises. */
export async function writeFile(
  file: Path | FileHandle,
  data: WriteFileData,
  given?: WriteFileOptions | BufferEncoding | null,
): Promise<void> {
  const options = toOptions<WriteFileOptions>(given)
  if (options.flush != null) validateBoolean(options.flush, 'options.flush')
  validateData(data)
  throwIfAborted(options.signal)
  const handle = file instanceof FileHandle ? file : await open(file, options.flag ?? 'w', options.mode)
  try {
    await writeAll(handle, data, options)
    if (options.flush === true) await handle.sync()
  } finally {
    if (handle !== file) await handle.close()
  }
}

function validateData(data: unknown): void {
  if (typeof data === 'string' || ArrayBuffer.isView(data)) return
  if (typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data))
    return
  throw new ArgumentTypeError(
    'data',
    'of type string or an instance of Buffer, TypedArray, or DataView',
    data,
  )
}

async function writeAll(handle: FileHandle, data: WriteFileData, options: WriteFileOptions): Promise<void> {
  if (typeof data === 'string' || ArrayBuffer.isView(data)) {
    await writeChunk(handle, data, options)
    return
  }
  for await (const chunk of data) await writeChunk(handle, chunk, options)
}

async function writeChunk(
  handle: FileHandle,
  chunk: string | NodeJS.ArrayBufferView,
  { encoding, signal }: WriteFileOptions,
): Promise<void> {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding ?? 'utf8') : chunk
  if (!ArrayBuffer.isView(bytes)) {
    throw new ArgumentTypeError(
      'chunk',
      'of type string or an instance of Buffer, TypedArray, or DataView',
      chunk,
    )
  }
  let written = 0
  while (written < bytes.byteLength) {
    throwIfAborted(signal)
    const { bytesWritten } = await handle.write(
      bytes,
      written,
      Math.min(bytes.byteLength - written, partBytes),
      null,
    )
    written += bytesWritten
  }
}
