import { laneRows, laneTitle } from './lane-rows.js'
import { asRuns, type TimelineRun } from './timeline-run.js'
import type { Trace } from './trace.js'

/** One event of the Trace Event Format, as far as heddle writes it: metadata and complete spans. */
export type ChromeTraceEvent =
  | {
      readonly ph: 'M'
      readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index'
      readonly pid: number
      readonly tid: number
      readonly args: { readonly name: string } | { readonly sort_index: number }
    }
  | {
      readonly ph: 'X'
      readonly name: string
      readonly cat: string
      /** Microseconds. */
      readonly ts: number
      readonly dur: number
      readonly pid: number
      readonly tid: number
      readonly args?: { readonly bytes: number }
    }

/** What chrome://tracing, Perfetto and speedscope open. Write it with `JSON.stringify`. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms'
  readonly traceEvents: readonly ChromeTraceEvent[]
}

/**
 * A trace in Chrome's trace-event format. Each run is a process and each lane a thread. Viewers take the spans of one
 * thread to be nested calls and draw overlapping ones wrongly, so a lane whose spans overlap becomes several threads
 * ("I/O ring 1", "I/O ring 2", ...).
 */
export function chromeTrace(trace: Trace | readonly TimelineRun[]): ChromeTrace {
  const traceEvents: ChromeTraceEvent[] = []
  for (const [index, run] of asRuns(trace).entries()) {
    const pid = index + 1
    traceEvents.push(
      { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: run.title } },
      { ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
    )
    let tid = 0
    for (const { lane, rows } of laneRows(run.trace.spans)) {
      for (const [place, row] of rows.entries()) {
        tid += 1
        const name = rows.length > 1 ? `${laneTitle(lane)} ${place + 1}` : laneTitle(lane)
        traceEvents.push(
          { ph: 'M', name: 'thread_name', pid, tid, args: { name } },
          { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
        )
        for (const span of row) {
          traceEvents.push({
            ph: 'X',
            name: span.name,
            cat: lane,
            ts: span.start * 1000,
            dur: span.duration * 1000,
            pid,
            tid,
            ...(span.bytes === undefined ? {} : { args: { bytes: span.bytes } }),
          })
        }
      }
    }
  }
  return { displayTimeUnit: 'ms', traceEvents }
}
