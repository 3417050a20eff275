import { writeFileSync } from 'node:fs'
import { procBytes } from './proc.js'

const status = '/proc/self/status'

/**
 * Bytes that the process needed at the peak of `work` beyond what it had before. The kernel keeps the
 * high-water mark itself, so nothing is missed between samples; '5' to clear_refs sets it back. File pages
 * that are only read, as those of the page cache, belong to no process and are not in it.
 */
export async function peakGrowth(work: () => Promise<unknown>): Promise<number> {
  // What is garbage already would otherwise be given back meanwhile, and count as less than nothing.
  globalThis.gc?.()
  writeFileSync('/proc/self/clear_refs', '5')
  const before = procBytes(status, 'VmRSS')
  await work()
  return procBytes(status, 'VmHWM') - before
}
