import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'

/** What some asynchronous work cost. */
export interface Cost {
  readonly seconds: number
  /** CPU time of all threads of the process, user and system. */
  readonly cpuSeconds: number
  /** How late the event loop was at its 99th percentile, in milliseconds; NaN where the work was too short to tell. */
  readonly loopDelayP99: number
}

const resolution = 1

/**
 * Runs the work and measures it. Node's monitor sets a timer of 1 ms again and again and records the time from one
 * firing to the next, so an idle loop shows 1 ms and more; that 1 ms is subtracted, and what is left is the delay.
 */
export async function measure(work: () => Promise<void>): Promise<Cost> {
  const delay = monitorEventLoopDelay({ resolution })
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  delay.enable()
  await work()
  const seconds = (performance.now() - before) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  // A block at the very end is only recorded when the monitor's timer gets its turn after it.
  await setTimeout(2 * resolution)
  delay.disable()
  const loopDelayP99 = delay.count > 0 ? Math.max(0, delay.percentile(99) / 1e6 - resolution) : Number.NaN
  return { seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, loopDelayP99 }
}
