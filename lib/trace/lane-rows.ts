import { byLane } from './overlap.js'
import type { Span } from './trace.js'

/** The spans of one lane, dealt to sub-rows so that no two spans of a row overlap. */
export interface LaneRows {
  readonly lane: string
  readonly rows: readonly (readonly Span[])[]
}

const usualOrder = ['js', 'ring', 'stream:copy', 'stream:compute']

/**
 * Puts the lanes in the order in which work flows (JS thread, ring, copies, kernels, then whatever else there is) and
 * stacks overlapping spans. A span goes to the first row that is free, which gives as few rows as can be: the number
 * of rows of a lane is the most that was in flight at once.
 */
export function laneRows(spans: readonly Span[]): LaneRows[] {
  return [...byLane(spans)]
    .map(([lane, own]) => ({ lane, rows: stack(own) }))
    .sort((a, b) => rank(a.lane) - rank(b.lane))
}

/** Sorts lane names; lanes of no usual name come last and keep their order. */
export function rank(lane: string): number {
  const place = usualOrder.indexOf(lane)
  return place < 0 ? usualOrder.length : place
}

/** What a reader calls the lane. */
export function laneTitle(lane: string): string {
  if (lane === 'js') return 'JS thread'
  if (lane === 'ring') return 'I/O ring'
  return lane.startsWith('stream:') ? `${lane.slice('stream:'.length)} stream` : lane
}

function stack(spans: readonly Span[]): Span[][] {
  const rows: Span[][] = []
  const freeAt: number[] = []
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const free = freeAt.findIndex((time) => time <= span.start)
    const row = free < 0 ? rows.length : free
    freeAt[row] = span.start + span.duration
    const own = rows[row]
    if (own) own.push(span)
    else rows.push([span])
  }
  return rows
}
