import { open as openNode } from 'node:fs/promises'
import { open } from 'heddle/fs'
import type { BenchOptions } from './area.js'
import { HotFile } from './hot-file.js'
import { loopDelay } from './loop-delay.js'
import { randomOffsets } from './offsets.js'
import { Program } from './program.js'
import { buffersFor, type Plan, type ReadableHandle, readBlocking, readInLoops } from './read-loops.js'
import { interleave } from './rounds.js'
import { compared, lowerIsBetter, type Row, withinLimit } from './row.js'

const block = 4096
const fileSize = 64 * 2 ** 20
const seed = 20260101
const delayLimit = 3

/** The time of ours over theirs that we may take, by reads in flight. */
const depths = [
  { inFlight: 1, promisesGoal: 1 / 8, rawGoal: 1.5 },
  { inFlight: 32, promisesGoal: 1 / 5, rawGoal: 1.25 },
  { inFlight: 128, promisesGoal: 1 / 6, rawGoal: 1.25 },
] as const

type Depth = (typeof depths)[number]

/**
 * Everybody reads the same 64 MiB in the page cache, so that only the way to the kernel and back is measured.
 */
interface Contestants {
  readonly ours: ReadableHandle
  readonly promises: ReadableHandle & { readonly fd: number }
  readonly raw: Program
}

/** 4 KiB at random offsets of a file in the page cache. */
export async function hotReads(options: BenchOptions): Promise<Row[]> {
  await using file = await HotFile.create(fileSize)
  await using raw = new Program('raw_uring_read', [file.path])
  await using promises = await openNode(file.path)
  await using ours = await open(file.path)
  const contestants = { ours, promises, raw }
  const rows: Row[] = []
  for (const depth of depths) rows.push(...(await compare(contestants, depth, options)))
  rows.push(...(await delays(contestants, options)))
  return rows
}

async function compare(
  contestants: Contestants,
  depth: Depth,
  { quick, progress }: BenchOptions,
): Promise<Row[]> {
  const { ours, promises, raw } = contestants
  const { inFlight, promisesGoal, rawGoal } = depth
  progress(`io: ${inFlight} in flight`)
  // Short rounds, so that the machine is the same for all contenders of one, but long beside their first
  // milliseconds.
  const reads = 10_000
  const plan = planOf(reads)
  // About as long as ours, not as many: it is that much slower.
  const shorter = planOf(reads / 5)
  const buffers = { ours: buffersFor(inFlight, block), promises: buffersFor(inFlight, block) }
  const took = await interleave(
    {
      ours: () => readInLoops(ours, buffers.ours, plan),
      promises: () => readInLoops(promises, buffers.promises, shorter),
      raw: async () => (await raw.ask(`${inFlight} ${reads} ${seed}`)) / 1000,
      sync: () => readBlocking(promises.fd, Buffer.alloc(block), plan),
    },
    { rounds: quick ? 15 : 51, warmups: 4 },
  )
  const common = { name: `read, ${inFlight} in flight`, unit: 'us/read', ours: took.ours }
  return [
    lowerIsBetter({ ...common, peer: took.promises, peerName: 'fs.promises', goal: promisesGoal }),
    lowerIsBetter({ ...common, peer: took.raw, peerName: 'raw liburing', goal: rawGoal }),
    lowerIsBetter({ ...common, peer: took.sync, peerName: 'fs.readSync', goal: null }),
  ]
}

/** How long others wait for the JavaScript thread while it keeps the deepest queue full. */
async function delays({ ours, promises }: Contestants, { quick, progress }: BenchOptions): Promise<Row[]> {
  const { inFlight } = depths[depths.length - 1] as Depth
  progress(`io: event-loop delay at ${inFlight} in flight`)
  const buffers = buffersFor(inFlight, block)
  const reads = quick ? 200_000 : 1_000_000
  const late = await loopDelay(() => readInLoops(ours, buffers, planOf(reads)))
  const theirs = await loopDelay(() => readInLoops(promises, buffers, planOf(reads / 5)))
  const name = `event-loop delay p99, ${inFlight} in flight`
  return [
    withinLimit(name, 'ms', late, delayLimit),
    compared({ name, unit: 'ms', ours: late, peer: theirs, peerName: 'fs.promises' }),
  ]
}

function planOf(reads: number): Plan {
  return { block, offsets: randomOffsets(reads, fileSize, block, seed) }
}
