import type { FileHandle } from 'heddle/fs'
import { changedUnderWay, type SourceFile } from './source-file.js'

/** What one read, one copy and one kernel launch handle: long enough to be worth it, short enough to interleave. */
export const chunkBytes = 4 * 1024 * 1024

export interface Chunk {
  readonly start: number
  readonly length: number
}

/**
 * The chunks of a file in order. Several workers may draw from one such generator: each chunk goes to one of them, and
 * when a worker's `for ... of` ends with an error, the generator closes and the others stop after their present chunk.
 */
export function* chunksOf(file: SourceFile): Generator<Chunk, void, undefined> {
  for (let start = 0; start < file.size; start += chunkBytes) {
    yield { start, length: Math.min(chunkBytes, file.size - start) }
  }
}

/** Buffers need not be longer than the file, nor may they be empty. */
export function bufferBytes(file: SourceFile): number {
  return Math.max(1, Math.min(chunkBytes, file.size))
}

/** A read may return less than was asked for; this one goes on until the chunk is whole. */
export async function readChunk(
  handle: Pick<FileHandle, 'read'>,
  buffer: Uint8Array,
  chunk: Chunk,
  file: SourceFile,
): Promise<void> {
  let done = 0
  while (done < chunk.length) {
    const { bytesRead } = await handle.read(buffer, done, chunk.length - done, chunk.start + done)
    if (bytesRead === 0) throw changedUnderWay(file)
    done += bytesRead
  }
}
