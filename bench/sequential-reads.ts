import { open as openNode } from 'node:fs/promises'
import { open } from 'heddle/fs'
import type { BenchOptions } from './area.js'
import { HotFile } from './hot-file.js'
import { loopDelay } from './loop-delay.js'
import { buffersFor, type Plan, type ReadableHandle, readInLoops } from './read-loops.js'
import { interleave } from './rounds.js'
import { higherIsBetter, type Row, withinLimit } from './row.js'

const block = 2 ** 20
const fileSize = 256 * block
const inFlight = 8
const goal = 1 / 1.15
const delayLimit = 3

/** A whole file from its beginning to its end, in large pieces. */
export async function sequentialReads({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress('io: 1 MiB reads')
  await using file = await HotFile.create(fileSize)
  await using promises = await openNode(file.path)
  await using ours = await open(file.path)
  const plan: Plan = { block, offsets: Int32Array.from({ length: fileSize / block }, (_, i) => i * block) }
  const rate = (handle: ReadableHandle) => {
    const buffers = buffersFor(inFlight, block)
    return async () => block / (await readInLoops(handle, buffers, plan))
  }
  const took = await interleave(
    { ours: rate(ours), promises: rate(promises) },
    { rounds: quick ? 9 : 31, warmups: 2 },
  )
  const read = rate(ours)
  const late = await loopDelay(async () => {
    for (let pass = 0; pass < (quick ? 10 : 40); ++pass) await read()
  })
  const name = `1 MiB reads in order, ${inFlight} in flight`
  return [
    higherIsBetter({
      name,
      unit: 'MB/s',
      ours: took.ours,
      peer: took.promises,
      peerName: 'fs.promises',
      goal,
    }),
    withinLimit(`event-loop delay p99, ${name}`, 'ms', late, delayLimit),
  ]
}
