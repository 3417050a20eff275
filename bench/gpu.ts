import { availability } from 'heddle/cuda'
import type { Area, BenchOptions } from './area.js'
import { Bench, note, type Section } from './gpu/bench.js'
import { copies } from './gpu/copies.js'
import { everything } from './gpu/everything.js'
import { graphs } from './gpu/graphs.js'
import { launches } from './gpu/launches.js'
import { LeftOut } from './gpu/left-out.js'
import { pinned } from './gpu/pinned.js'
import { wakes } from './gpu/wakes.js'
import type { Row } from './row.js'

const sections: readonly Section[] = [copies, launches, wakes, graphs, pinned, everything]

/**
 * What an operation of a stream costs: the JavaScript thread, and whoever awaits it. On GPU 0 where there is one, beside raw
 * CUDA C++ and the Python packages; on the host device always.
 */
export const gpu: Area = {
  name: 'gpu',
  title: 'operations of streams',
  run: async (options) => {
    const rows = await on('host', options)
    if (availability().ok) rows.push(...(await on(0, options)))
    else note(`no GPU (${availability().reason}): the host device alone`)
    return rows
  },
}

/** Each section has the device to itself, so that one that fails takes no other with it. */
async function on(id: number | 'host', options: BenchOptions): Promise<Row[]> {
  const rows: Row[] = []
  for (const section of sections) {
    try {
      await using bench = await Bench.open(id, options)
      for await (const row of section(bench)) rows.push(row)
    } catch (error) {
      tell(section.name, id, error)
    }
  }
  return rows
}

/** Rows that are missing because of an error must not pass for rows that nobody wanted. */
function tell(section: string, id: number | 'host', error: unknown): void {
  const device = id === 'host' ? 'the host device' : `GPU ${id}`
  if (error instanceof LeftOut) {
    note(`no rows of '${section}' on ${device}: ${error.message}`)
    return
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  note(`rows of '${section}' on ${device} are missing, which failed: ${reason}`)
  process.exitCode = 1
}
