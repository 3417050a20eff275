import type { Trace } from './trace.js'

/** One trace with the name it goes by where several are shown together. */
export interface TimelineRun {
  readonly title: string
  /** One sentence on what this run does differently. */
  readonly note?: string
  readonly trace: Trace
}

/** One trace is a list of one run: whatever shows traces can show them side by side. */
export function asRuns(trace: Trace | readonly TimelineRun[]): readonly TimelineRun[] {
  return 'spans' in trace ? [{ title: 'Trace', trace }] : trace
}
