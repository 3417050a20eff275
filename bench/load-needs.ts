import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { procBytes } from './proc.js'
import { Refusal } from './refusal.js'

/** The file in the page cache, the destination of ours, two of the peer's, and room for everybody else. */
const timesInMemory = 5

/**
 * Throws, with the remedy, where a load of `size` bytes would fill the disk or drive the file out of memory.
 */
export async function checkLoadFits(size: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir())
  demand(`on the disk of ${tmpdir()}`, size + 2 ** 28, bavail * bsize)
  // Unlike os.freemem() of Node 20, this counts what the page cache would give up.
  demand('of memory', timesInMemory * size, procBytes('/proc/meminfo', 'MemAvailable'))
}

function demand(where: string, needed: number, free: number): void {
  if (free >= needed) return
  throw new Refusal(
    `load needs ${gibibytes(needed)} GiB ${where}, and ${gibibytes(free)} GiB are free: see --size MiB`,
  )
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1)
}
