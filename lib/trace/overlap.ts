import type { Span, Trace } from './trace.js'

/** A stretch of time in which the same number of lanes was busy. Milliseconds since the trace began. */
export interface BusyStretch {
  readonly start: number
  readonly end: number
  /** How many lanes had at least one span open; never 0, idle time has no stretch. */
  readonly lanes: number
}

/** How much of a trace's work happened at the same time as other work. Times are in milliseconds. */
export interface Overlap {
  /** Time in which at least one lane was busy. */
  readonly busy: number
  /** Time in which two or more lanes were busy. */
  readonly overlapped: number
  /** `overlapped / busy`, 0 to 1; 0 for a trace with no work in it. */
  readonly share: number
  /** Busy time of each lane. Spans of one lane that overlap each other count once. */
  readonly lanes: ReadonlyMap<string, number>
}

interface Edge {
  readonly time: number
  readonly step: 1 | -1
}

/**
 * The number that says whether a pipeline really runs side by side. Only different lanes count as overlap: ten file
 * reads in flight at once keep one lane busy, not ten.
 */
export function overlap(trace: Trace): Overlap {
  const stretches = busyStretches(trace)
  const busy = total(stretches)
  const overlapped = total(stretches.filter((stretch) => stretch.lanes > 1))
  const lanes = new Map<string, number>()
  for (const [lane, spans] of byLane(trace.spans)) lanes.set(lane, total(merged(spans)))
  return { busy, overlapped, share: busy > 0 ? overlapped / busy : 0, lanes }
}

/** The busy time of a trace in order, cut wherever the number of busy lanes changes. */
export function busyStretches(trace: Trace): BusyStretch[] {
  const edges: Edge[] = []
  for (const spans of byLane(trace.spans).values()) {
    for (const { start, end } of merged(spans)) edges.push({ time: start, step: 1 }, { time: end, step: -1 })
  }
  // At equal times the end comes first: work that begins when other work ends does not overlap it.
  edges.sort((a, b) => a.time - b.time || a.step - b.step)
  const stretches: BusyStretch[] = []
  let lanes = 0
  let start = 0
  for (const { time, step } of edges) {
    if (lanes > 0 && time > start) append(stretches, { start, end: time, lanes })
    lanes += step
    start = time
  }
  return stretches
}

/** Spans by lane, lanes in the order in which they first appear. */
export function byLane(spans: readonly Span[]): Map<string, Span[]> {
  const lanes = new Map<string, Span[]>()
  for (const span of spans) {
    const lane = lanes.get(span.lane)
    if (lane) lane.push(span)
    else lanes.set(span.lane, [span])
  }
  return lanes
}

function append(stretches: BusyStretch[], next: BusyStretch): void {
  const last = stretches.at(-1)
  const continues = last?.lanes === next.lanes && last.end === next.start
  if (continues) stretches[stretches.length - 1] = { ...last, end: next.end }
  else stretches.push(next)
}

function merged(spans: readonly Span[]): { start: number; end: number }[] {
  const result: { start: number; end: number }[] = []
  for (const { start, duration } of [...spans].sort((a, b) => a.start - b.start)) {
    const end = start + duration
    const last = result.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

function total(stretches: readonly { start: number; end: number }[]): number {
  return stretches.reduce((sum, { start, end }) => sum + (end - start), 0)
}
