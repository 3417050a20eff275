import * as cuda from 'heddle/cuda'
import type { Area, BenchOptions } from './area.js'
import { type Destination, destinationBy, destinationNames } from './destination.js'
import { HotFile } from './hot-file.js'
import { checkLoadFits } from './load-needs.js'
import { loopDelay } from './loop-delay.js'
import { Program } from './program.js'
import { peakGrowth } from './resident.js'
import { interleave } from './rounds.js'
import { compared, higherIsBetter, type Row, withinLimit } from './row.js'
import { single, summarize } from './statistics.js'

/** At least 80 % of the rate of the slower plain loop. */
const rateGoal = 1 / 0.8
const delayLimit = 3
const memoryLimit = 64

/** Both move the same file. */
interface Contestants {
  readonly path: string
  readonly device: cuda.Device
  readonly plain: Program
}

export const load: Area = {
  name: 'load',
  title: 'a file in the page cache to the memory of the host device',
  run: async (options) => {
    const { size, progress } = options
    await checkLoadFits(size)
    progress('load: writing the file')
    await using file = await HotFile.create(size)
    progress('load: memory')
    // First of all, so that the device's own buffers and threads count too.
    const growth = await peakGrowth(async () => {
      await using device = await cuda.open('host')
      await cuda.load(file.path, device)
    })
    await using plain = new Program('plain_load', [file.path])
    await using device = await cuda.open('host')
    const contestants = { path: file.path, device, plain }
    return [
      ...(await rates(contestants, options)),
      ...(await delays(contestants, options)),
      withinLimit('memory beyond the destination', 'MiB', single((growth - size) / 2 ** 20), memoryLimit),
    ]
  },
}

async function rates(contestants: Contestants, { size, quick, progress }: BenchOptions): Promise<Row[]> {
  progress('load: rate')
  const { plain } = contestants
  const faults: number[] = []
  const ask = async (request: string) => (await plain.ask(request)) / 1e9
  // See plain_load.cpp: memory about to be mapped should have been in use just before, ours as the peer's.
  const afterTouch = async (measure: () => Promise<number>) => {
    await plain.ask('touch')
    return measure()
  }
  const took = await interleave(
    {
      ours: () =>
        afterTouch(async () => {
          const { seconds, pageFaults } = await timedLoad(contestants)
          faults.push(pageFaults)
          return size / seconds / 1e9
        }),
      read: () => ask('read'),
      small: () => afterTouch(() => ask('copy small')),
      huge: () => afterTouch(() => ask('copy huge')),
      mapped: () => ask('copy mapped'),
    },
    { rounds: quick ? 3 : 9, warmups: 1 },
  )
  return rows(took, destinationBy(summarize(faults).value, size))
}

/** The peer is the slower of the read loop and that copy which finds its destination as we find ours. */
function rows(took: Record<'ours' | 'read' | Destination, number[]>, destination: Destination): Row[] {
  const peers = [
    { key: 'read', peerName: 'read loop' },
    ...(['small', 'huge', 'mapped'] as const).map((key) => ({ key, peerName: destinationNames[key] })),
  ] as const
  const judge = summarize(took[destination]).value < summarize(took.read).value ? destination : 'read'
  return peers
    .map(({ key, peerName }) =>
      higherIsBetter({
        name: 'rate',
        unit: 'GB/s',
        ours: took.ours,
        peer: took[key],
        peerName,
        goal: key === judge ? rateGoal : null,
      }),
    )
    .sort((a, b) => Number(b.goal !== null) - Number(a.goal !== null))
}

async function timedLoad({ path, device }: Contestants): Promise<{ seconds: number; pageFaults: number }> {
  const before = process.resourceUsage().minorPageFault
  const start = performance.now()
  const loaded = await cuda.load(path, device)
  const seconds = (performance.now() - start) / 1000
  const pageFaults = process.resourceUsage().minorPageFault - before
  loaded.bytes.dispose()
  // Answered after the release, which takes a while and should not go on under the next measurement.
  await device.memory()
  return { seconds, pageFaults }
}

/**
 * Over several loads, with the release of each destination: that may take long too. The peer tells what of it
 * the machine is to blame for: the loop has nothing to do then, and another process copies as much.
 */
async function delays(contestants: Contestants, { quick, progress }: BenchOptions): Promise<Row[]> {
  progress('load: event-loop delay')
  const repeatedly = (work: () => Promise<unknown>) => async () => {
    for (let round = 0; round < (quick ? 3 : 9); round += 1) await work()
  }
  const late = await loopDelay(repeatedly(() => timedLoad(contestants)))
  const idle = await loopDelay(repeatedly(() => contestants.plain.ask('copy huge')))
  const name = 'event-loop delay p99'
  return [
    withinLimit(name, 'ms', late, delayLimit),
    compared({ name, unit: 'ms', ours: late, peer: idle, peerName: 'idle, copy elsewhere' }),
  ]
}
