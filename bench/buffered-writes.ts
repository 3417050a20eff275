import { open as openNode } from 'node:fs/promises'
import { open } from 'heddle/fs'
import type { BenchOptions } from './area.js'
import { HotFile } from './hot-file.js'
import { offsetsInOrder, randomOffsets } from './offsets.js'
import { interleave } from './rounds.js'
import { lowerIsBetter, type Row } from './row.js'

const block = 4096
const fileSize = 16 * 2 ** 20
const plans = [
  { what: 'buffered writes, 1 in flight', inFlight: 1, offsets: randomOffsets, goal: 1 / 1.3 },
  { what: 'buffered writes, 32 in flight', inFlight: 32, offsets: randomOffsets, goal: 1 / 5 },
  { what: 'buffered writes in order, 32 in flight', inFlight: 32, offsets: offsetsInOrder, goal: 1 / 5 },
] as const

interface WritableHandle {
  write(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>
}

/** 4 KiB into the page cache, over pages that are in it already. */
export async function bufferedWrites({ quick, progress }: BenchOptions): Promise<Row[]> {
  await using file = await HotFile.create(fileSize)
  await using promises = await openNode(file.path, 'r+')
  await using ours = await open(file.path, 'r+')
  const rows: Row[] = []
  for (const { what, inFlight, offsets, goal } of plans) {
    progress(`io: ${what}`)
    const writes = (handle: WritableHandle, count: number) => {
      const plan = offsets(count, fileSize, block, 7)
      return () => writeInLoops(handle, inFlight, plan)
    }
    const took = await interleave(
      { ours: writes(ours, 4000), promises: writes(promises, 2000) },
      { rounds: quick ? 9 : 31, warmups: 3 },
    )
    rows.push(
      lowerIsBetter({
        name: `4 KiB ${what}`,
        unit: 'us/write',
        ours: took.ours,
        peer: took.promises,
        peerName: 'fs.promises',
        goal,
      }),
    )
  }
  return rows
}

/** Microseconds for each write. */
async function writeInLoops(file: WritableHandle, loops: number, offsets: Int32Array): Promise<number> {
  let next = 0
  const loop = async (buffer: Buffer): Promise<void> => {
    while (next < offsets.length) {
      const { bytesWritten } = await file.write(buffer, 0, block, offsets[next++] as number)
      if (bytesWritten !== block) throw new Error('short write')
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: loops }, () => loop(Buffer.alloc(block, 1))))
  return ((performance.now() - start) * 1000) / offsets.length
}
