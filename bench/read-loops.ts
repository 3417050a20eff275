import { readSync } from 'node:fs'

/** What the file handles of heddle/fs and of node:fs/promises have in common here. */
export interface ReadableHandle {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
}

/** The reads of one run: where, and how long each is. */
export interface Plan {
  readonly block: number
  readonly offsets: Int32Array
}

/** A buffer for each loop, allocated once, as whoever wants speed would do. */
export function buffersFor(loops: number, block: number): Buffer[] {
  return Array.from({ length: loops }, () => Buffer.alloc(block))
}

/**
 * As many loops as there are buffers share out the plan; each awaits its read before it starts the next.
 * Resolves to microseconds per read.
 */
export async function readInLoops(
  file: ReadableHandle,
  buffers: readonly Buffer[],
  plan: Plan,
): Promise<number> {
  const { block, offsets } = plan
  let next = 0
  const loop = async (buffer: Buffer): Promise<void> => {
    while (next < offsets.length) {
      const { bytesRead } = await file.read(buffer, 0, block, offsets[next++] as number)
      if (bytesRead !== block) throw new Error('short read')
    }
  }
  const start = performance.now()
  await Promise.all(buffers.map(loop))
  return ((performance.now() - start) * 1000) / offsets.length
}

/** The same reads one by one, blocking. Microseconds per read. */
export function readBlocking(fd: number, buffer: Buffer, { block, offsets }: Plan): number {
  const start = performance.now()
  for (const position of offsets) {
    if (readSync(fd, buffer, 0, block, position) !== block) throw new Error('short read')
  }
  return ((performance.now() - start) * 1000) / offsets.length
}
