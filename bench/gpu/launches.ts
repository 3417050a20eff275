import type { Program } from '../program.js'
import type { Measure } from '../rounds.js'
import { compared, higherIsBetter, lowerIsBetter, type Row, withinLimit } from '../row.js'
import { summarize } from '../statistics.js'
import type { Bench } from './bench.js'
import { each } from './each.js'
import { timedKernels } from './kernels.js'
import { type Contestant, peers } from './peer.js'
import { threadCost } from './thread-cost.js'
import { tinyLaunch } from './tiny-launch.js'

/** What is asked of everybody: microseconds of the first two, launches per second of the third. */
type Ours = Readonly<Record<'one' | 'hundred' | 'rate', Measure>>

/** Launches of a kernel that does next to nothing. */
export async function* launches(bench: Bench): AsyncGenerator<Row> {
  bench.progress('launches')
  const enqueue = await tinyLaunch(bench, await timedKernels(bench.gpu))
  const cost = await bench.samples(threadCost(bench, enqueue))
  yield withinLimit(bench.name('JavaScript thread, a launch that is enqueued'), 'us', summarize(cost), 1)

  const awaited = await bench.samples(async () => {
    const times: number[] = []
    for (let i = 0; i < 200; ++i) {
      const start = performance.now()
      await enqueue(1)
      times.push((performance.now() - start) * 1000)
    }
    return summarize(times).value
  })
  const tiny = bench.name('one tiny kernel, awaited')
  if (!bench.onHost) yield withinLimit(tiny, 'us', summarize(awaited), 15)

  const ours: Ours = {
    one: async () => {
      const start = performance.now()
      for (let i = 0; i < 200; ++i) await enqueue(1)
      return each(start, 200)
    },
    hundred: async () => {
      const start = performance.now()
      for (let i = 0; i < 20; ++i) await enqueue(100)
      return each(start, 20)
    },
    rate: async () => {
      const start = performance.now()
      await enqueue(10_000)
      return 1e6 / each(start, 10_000)
    },
  }
  yield* bench.onHost ? besideOneAwaited(bench, ours) : besidePeers(bench, ours)
}

async function* besideOneAwaited(bench: Bench, { one, hundred }: Ours): AsyncGenerator<Row> {
  const took = await bench.rounds({ one, hundred })
  const ours = summarize(took.hundred.map((all) => all / 100))
  const figures = { ours, peer: summarize(took.one), peerName: 'one awaited' }
  yield compared({ name: bench.name('a launch, of 100 awaited as one'), unit: 'us', ...figures })
}

async function* besidePeers(bench: Bench, ours: Ours): AsyncGenerator<Row> {
  for await (const { contestant, peer } of peers()) yield* beside(bench, ours, contestant, peer)
}

async function* beside(
  bench: Bench,
  ours: Ours,
  { name: peerName, goals }: Contestant,
  peer: Program,
): AsyncGenerator<Row> {
  const took = (what: keyof Ours) => bench.rounds({ ours: ours[what], peer: () => peer.ask(what) })
  const row = async (name: string, unit: string, what: keyof Ours) => ({
    ...{ name: bench.name(name), unit, peerName, goal: goals[what] },
    ...(await took(what)),
  })
  yield lowerIsBetter(await row('one tiny kernel, awaited', 'us', 'one'))
  yield lowerIsBetter(await row('100 tiny kernels, one await', 'us', 'hundred'))
  yield higherIsBetter(await row('launches per second', '1/s', 'rate'))
}
