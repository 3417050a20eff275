import { loopDelay } from '../loop-delay.js'
import { Program } from '../program.js'
import type { Measure } from '../rounds.js'
import { lowerIsBetter, type Row, withinLimit } from '../row.js'
import { summarize } from '../statistics.js'
import type { Bench } from './bench.js'
import { each } from './each.js'
import { threadCost } from './thread-cost.js'

const small = 4096
const awaitedCopy = '4 KiB copy, awaited'

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
  yield* onHost ? besideHandOvers(bench, awaited) : withLimit(bench, await bench.samples(awaited), 15)

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
  yield withinLimit(bench.name('event-loop delay p99, copies'), 'ms', late, 3)
}

function* withLimit(bench: Bench, awaited: readonly number[], limit: number): Generator<Row> {
  yield withinLimit(bench.name(awaitedCopy), 'us', summarize(awaited), limit)
}

/**
 * On the host device a copy is handed to the device's thread and back, and little else happens. What that costs is the
 * machine's affair, so a program that does the two hand-overs alone says how much of the time it is: where the scheduler puts the
 * threads, and on a core each, where waking the other costs most.
 */
async function* besideHandOvers(bench: Bench, awaited: Measure): AsyncGenerator<Row> {
  await using near = new Program('hand_over', [])
  await using far = new Program('hand_over', ['apart'])
  const { ours, ...peers } = await bench.rounds({
    ours: awaited,
    'two hand-overs': () => near.ask('there-and-back'),
    'two, across cores': () => far.ask('there-and-back'),
  })
  yield* withLimit(bench, ours, 30)
  for (const [peerName, peer] of Object.entries(peers))
    yield lowerIsBetter({ name: bench.name(awaitedCopy), unit: 'us', ours, peer, peerName, goal: null })
}
