import { type LaneRows, laneRows, laneTitle, rank } from './lane-rows.js'
import { busyStretches, overlap } from './overlap.js'
import type { TimelineRun } from './timeline-run.js'
import type { Span } from './trace.js'

/**
 * What the page's script draws, flat and small: a trace of ten seconds may hold a hundred thousand spans.
 * Times are milliseconds, rounded to a ten-thousandth.
 */
export interface TimelineModel {
  /** The longest run: all runs are drawn on its scale. */
  readonly duration: number
  readonly names: readonly string[]
  /** Every lane of any run, so that the same lane lies at the same height in each. */
  readonly lanes: readonly { readonly title: string; readonly color: string }[]
  readonly runs: readonly RunModel[]
}

export interface RunModel {
  readonly duration: number
  readonly lanes: readonly LaneModel[]
  /** start, end, number of busy lanes; start, end, ... */
  readonly busy: readonly number[]
}

export interface LaneModel {
  /** Share of the run in which the lane was busy, 0 to 1. */
  readonly share: number
  /** Per row: index into `names`, start, duration, bytes (-1: none); the next span; ... */
  readonly rows: readonly (readonly number[])[]
}

const usualColors = ['js', 'ring', 'copy', 'compute']
const otherColors = 4

export function timelineModel(runs: readonly TimelineRun[]): TimelineModel {
  const names = new Map<string, number>()
  const laid = runs.map((run) => laneRows(run.trace.spans))
  const lanes = [...new Set(laid.flat().map(({ lane }) => lane))].sort((a, b) => rank(a) - rank(b))
  return {
    duration: Math.max(0, ...runs.map((run) => run.trace.duration)),
    lanes: lanes.map((lane, place) => ({ title: laneTitle(lane), color: color(lane, place) })),
    runs: runs.map((run, index) => runModel(run, lanes, laid[index] ?? [], names)),
    names: [...names.keys()],
  }
}

function runModel(
  { trace }: TimelineRun,
  lanes: readonly string[],
  laid: readonly LaneRows[],
  names: Map<string, number>,
): RunModel {
  const busy = overlap(trace).lanes
  return {
    duration: round(trace.duration),
    busy: busyStretches(trace).flatMap(({ start, end, lanes }) => [round(start), round(end), lanes]),
    lanes: lanes.map((lane) => ({
      share: trace.duration > 0 ? round((busy.get(lane) ?? 0) / trace.duration) : 0,
      rows: (laid.find((own) => own.lane === lane)?.rows ?? []).map((row) => flat(row, names)),
    })),
  }
}

function flat(row: readonly Span[], names: Map<string, number>): number[] {
  return row.flatMap((span) => {
    const name = names.get(span.name) ?? names.size
    names.set(span.name, name)
    return [name, round(span.start), round(span.duration), span.bytes ?? -1]
  })
}

/** The name of a CSS variable of the page. Lanes of no usual name share a few colors in turn. */
function color(lane: string, place: number): string {
  const usual = usualColors[rank(lane)]
  return usual ? `--${usual}` : `--other-${place % otherColors}`
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10_000) / 10_000
}
