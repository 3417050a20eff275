import type { Measure } from '../rounds.js'
import { compared, lowerIsBetter, type Row, withinLimit } from '../row.js'
import { summarize } from '../statistics.js'
import type { Bench } from './bench.js'
import { each } from './each.js'
import { timedKernels } from './kernels.js'
import { peers } from './peer.js'
import { threadCost } from './thread-cost.js'

const config = { grid: 1, block: 32 }

/** Launches of a kernel that does next to nothing. */
export async function* launches(bench: Bench): AsyncGenerator<Row> {
  const { gpu, stream, onHost } = bench
  bench.progress('launches')
  const { tiny } = await timedKernels(gpu)
  const [x, y] = [await gpu.alloc('f32', 32), await gpu.alloc('f32', 32)]
  const enqueue = (count: number) => {
    for (let i = 0; i < count; ++i) stream.launch(tiny, config, 32, 2, x, y)
  }
  const cost = await bench.samples(threadCost(bench, enqueue))
  yield withinLimit(bench.name('JavaScript thread, a launch that is enqueued'), 'us', summarize(cost), 1)

  const ours: Readonly<Record<'one' | 'hundred', Measure>> = {
    one: async () => {
      const start = performance.now()
      for (let i = 0; i < 200; ++i) await stream.launch(tiny, config, 32, 2, x, y)
      return each(start, 200)
    },
    hundred: async () => {
      const start = performance.now()
      for (let i = 0; i < 20; ++i) {
        enqueue(99)
        await stream.launch(tiny, config, 32, 2, x, y)
      }
      return each(start, 20)
    },
  }
  if (onHost) {
    const { one, hundred } = await bench.rounds(ours)
    const each = hundred.map((took) => took / 100)
    const figures = { ours: summarize(each), peer: summarize(one), peerName: 'one awaited' }
    yield compared({ name: bench.name('a launch, of 100 awaited as one'), unit: 'us', ...figures })
    return
  }
  for await (const { name: peerName, goals, peer } of peers()) {
    for (const what of ['one', 'hundred'] as const) {
      const took = await bench.rounds({ ours: ours[what], peer: () => peer.ask(what) })
      const row = what === 'one' ? 'one tiny kernel, awaited' : '100 tiny kernels, one await'
      yield lowerIsBetter({ name: bench.name(row), unit: 'us', ...took, peerName, goal: goals[what] })
    }
  }
}
