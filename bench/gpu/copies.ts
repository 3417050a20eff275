import { loopDelay } from '../loop-delay.js'
import { type Row, withinLimit } from '../row.js'
import { summarize } from '../statistics.js'
import type { Bench } from './bench.js'
import { each } from './each.js'
import { threadCost } from './thread-cost.js'

const small = 4096

/** Copies of 4 KiB within the device: all that they cost is what it costs to have one made. */
export async function* copies(bench: Bench): AsyncGenerator<Row> {
  const { gpu, stream, onHost } = bench
  const [to, from] = [await gpu.alloc('u8', small), await gpu.alloc('u8', small)]
  bench.progress('copies')
  const awaited = async () => {
    const times: number[] = []
    for (let i = 0; i < 500; ++i) {
      const start = performance.now()
      await stream.copy(to, from)
      times.push((performance.now() - start) * 1000)
    }
    return summarize(times).value
  }
  const alone = summarize(await bench.samples(awaited))
  yield withinLimit(bench.name('4 KiB copy, awaited'), 'us', alone, onHost ? 30 : 15)

  const together = await bench.samples(async () => {
    const rounds = 100
    const start = performance.now()
    for (let i = 0; i < rounds; ++i)
      await Promise.all(Array.from({ length: 64 }, () => stream.copy(to, from)))
    return each(start, rounds * 64)
  })
  yield withinLimit(bench.name('4 KiB copies, 64 in flight'), 'us/op', summarize(together), onHost ? 1 : 5)

  const enqueued = await bench.samples(
    threadCost(bench, (count) => {
      for (let i = 0; i < count; ++i) stream.copy(to, from)
    }),
  )
  yield withinLimit(
    bench.name('JavaScript thread, a copy that is enqueued'),
    'us/op',
    summarize(enqueued),
    0.3,
  )

  const late = await loopDelay(async () => {
    for (let i = 0; i < 300; ++i) {
      for (let k = 0; k < 64; ++k) stream.copy(to, from)
      await stream.sync()
    }
  })
  yield withinLimit(bench.name('event-loop delay p99'), 'ms', late, 3)
}
