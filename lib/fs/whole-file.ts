import { ArgumentTypeError } from '../argument-errors.js'
import { enlarged, unfilledBytes, zeroBytes } from '../bridge/growing-bytes.js'
import { FileTooLargeError } from './file-error.js'
import { throwIfAborted } from './file-options.js'
import type { WriteFileData, WriteFileOptions } from './write-file.js'

interface Part {
  offset: number
  length: number
  signal: AbortSignal | undefined
}

/** What reading and writing a whole file needs of a handle. */
interface Transfers {
  read(buffer: Buffer, part: Part): Promise<{ bytesRead: number }>
  write(buffer: NodeJS.ArrayBufferView, part: Part): Promise<{ bytesWritten: number }>
  stat(): Promise<{ size: number; isFile(): boolean }>
}

/** Long files are moved in parts, so that an abort is seen and nothing takes the JS thread for long. */
const partBytes = 8 << 20
/** Where a size is not known (pipes, /proc), reading starts with this. */
const unknownBytes = 64 << 10

/** No string is made of more. */
export const mostTextBytes = 2 ** 31 - 1

/**
 * From the handle's position on.
 *
 * @param most how many bytes there may be; throws what Node would when there are more
 */
export async function readToEnd(
  handle: Transfers,
  signal: AbortSignal | undefined,
  most: number,
): Promise<Buffer> {
  const stats = await handle.stat()
  const known = stats.isFile() ? stats.size : 0
  if (known > most) throw new FileTooLargeError(known)
  let bytes = known > 0 ? unfilledBytes(known) : zeroBytes(unknownBytes)
  let filled = 0
  while (known === 0 || filled < known) {
    throwIfAborted(signal)
    if (filled === bytes.length) bytes = await enlarged(bytes, bytes.length * 2)
    const length = Math.min(bytes.length - filled, partBytes)
    const { bytesRead } = await handle.read(bytes, { offset: filled, length, signal })
    if (bytesRead === 0) break
    filled += bytesRead
    if (filled > most) throw new FileTooLargeError(filled)
  }
  return filled === bytes.length ? bytes : bytes.subarray(0, filled)
}

/** At the handle's position. */
export async function writeAll(
  handle: Transfers,
  data: WriteFileData,
  options: WriteFileOptions,
): Promise<void> {
  if (typeof data === 'string' || ArrayBuffer.isView(data)) {
    await writeChunk(handle, data, options)
    return
  }
  for await (const chunk of data) await writeChunk(handle, chunk, options)
}

async function writeChunk(
  handle: Transfers,
  chunk: string | NodeJS.ArrayBufferView,
  { encoding, signal }: WriteFileOptions,
): Promise<void> {
  // As Node, which takes what Buffer.from does, and throws what that throws.
  const bytes = ArrayBuffer.isView(chunk) ? chunk : Buffer.from(chunk, encoding || 'utf8')
  let written = 0
  while (written < bytes.byteLength) {
    throwIfAborted(signal)
    const length = Math.min(bytes.byteLength - written, partBytes)
    written += (await handle.write(bytes, { offset: written, length, signal })).bytesWritten
  }
}

/** Throws what Node would. */
export function validateData(data: unknown): asserts data is WriteFileData {
  if (typeof data === 'string' || ArrayBuffer.isView(data)) return
  if (typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data))
    return
  throw new ArgumentTypeError(
    'data',
    'of type string or an instance of Buffer, TypedArray, or DataView',
    data,
  )
}
