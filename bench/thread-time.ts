import { existsSync, readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

/** The first number: nanoseconds that the thread was on a processor. Node's first thread has the number of the process. */
const path = `/proc/self/task/${process.pid}/schedstat`
const exact = existsSync(path)

/**
 * Microseconds of CPU time that the JavaScript thread has used, in user code and in the kernel. The kernel adds it up when the
 * thread leaves the processor, so this sleeps first. Where the kernel does not count it, the time in which the event loop
 * was not idle stands for it, which is more on a machine that is busy with other things.
 */
export async function threadTime(): Promise<number> {
  await wait(2)
  if (!exact) return performance.eventLoopUtilization().active * 1000
  return Number.parseInt(readFileSync(path, 'utf8'), 10) / 1000
}
