import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Summary } from './statistics.js'

/**
 * The delay of the event loop while `work` runs, in milliseconds; its value is the 99th percentile. Node's
 * monitor samples the time from one tick of a 1 ms timer to the next, so even an idle loop shows a bit more
 * than 1 ms; the median of an idle loop, taken just before, is subtracted.
 */
export async function loopDelay(work: () => Promise<unknown>): Promise<Summary> {
  const base = (await sampled(() => wait(300))).percentile(50)
  const busy = await sampled(work)
  const late = (nanoseconds: number) => Math.max(0, nanoseconds - base) / 1e6
  return { value: late(busy.percentile(99)), min: late(busy.min), max: late(busy.max) }
}

async function sampled(work: () => Promise<unknown>) {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  try {
    await work()
  } finally {
    histogram.disable()
  }
  return histogram
}
