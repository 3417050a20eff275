import Table from 'cli-table3'
import { fixed, whole } from './format.js'
import type { Cost } from './measure.js'
import type { SourceFile } from './source-file.js'

export interface Result {
  readonly title: string
  /** Per pass over the file. */
  readonly cost: Cost
}

/** The comparison. The first result is what the others are measured by. */
export function resultsTable(results: readonly Result[], file: SourceFile): string {
  const table = new Table({
    head: ['', 'MB/s', 'speed', 'loop delay p99', 'CPU seconds', 'histogram'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  const first = results[0]?.cost.seconds ?? Number.NaN
  for (const { title, cost } of results) {
    const measurable = file.size > 0
    table.push([
      title,
      measurable ? speed(file.size / 1e6 / cost.seconds) : '–',
      measurable ? `${fixed(first / cost.seconds, 2)} ×` : '–',
      Number.isNaN(cost.loopDelayP99) ? '–' : `${fixed(cost.loopDelayP99, 2)} ms`,
      fixed(cost.cpuSeconds, 3),
      'equal',
    ])
  }
  return table.toString()
}

function speed(megabytes: number): string {
  return megabytes < 10 ? fixed(megabytes, 2) : whole(megabytes)
}
