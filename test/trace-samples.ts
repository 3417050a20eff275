import type { Span, Trace } from '../lib/trace/trace.js'

/** A span of a trace made by hand. */
export function span(lane: string, start: number, duration: number, name = 'work', bytes?: number): Span {
  return { lane, name, start, duration, ...(bytes === undefined ? {} : { bytes }) }
}

export function trace(spans: readonly Span[]): Trace {
  return { spans, duration: Math.max(0, ...spans.map(({ start, duration }) => start + duration)) }
}
