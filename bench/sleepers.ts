import { setTimeout as nodeSleep } from 'node:timers/promises'
import { sleep } from 'heddle'
import type { BenchOptions } from './area.js'
import { interleave } from './rounds.js'
import { lowerIsBetter, type Row, withinLimit } from './row.js'
import { summarize } from './statistics.js'

const count = 100_000
const limit = 120
const name = '100,000 sleeps of 50 ms from TypeScript'

/** Milliseconds until all of them are over, beginning before the first. */
async function together(once: (ms: number) => Promise<unknown>): Promise<number> {
  globalThis.gc?.() // what the other one left behind is not this one's to collect
  const start = performance.now()
  await Promise.all(Array.from({ length: count }, () => once(50)))
  return performance.now() - start
}

export async function sleepers({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress(`executor: ${name}`)
  const took = await interleave(
    { ours: () => together(sleep), node: () => together(nodeSleep) },
    { rounds: quick ? 3 : 9, warmups: 2 },
  )
  return [
    withinLimit(name, 'ms', summarize(took.ours), limit),
    lowerIsBetter({
      name,
      unit: 'ms',
      ours: took.ours,
      peer: took.node,
      peerName: 'timers/promises',
      goal: null,
    }),
  ]
}
