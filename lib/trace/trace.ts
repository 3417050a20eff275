import { addon } from '../native.js'

/** Something that ran, and when. */
export interface Span {
  /** Where: `'js'` for the JavaScript thread, `'ring'` for file operations, `'stream:<label>'` for a stream. */
  readonly lane: string
  readonly name: string
  /** Milliseconds since the trace was started. */
  readonly start: number
  /** Milliseconds. */
  readonly duration: number
  /** How much it moved, where that makes sense. */
  readonly bytes?: number
}

export interface Trace {
  /** In order of their start. */
  readonly spans: readonly Span[]
  /** Milliseconds from start to stop. */
  readonly duration: number
}

let scriptSpans: Span[] | undefined
let origin = 0

/** Starts recording what runs in this process, on all threads; an earlier recording is dropped. */
export function startTrace(): void {
  scriptSpans = []
  origin = now()
  addon.startTrace()
}

/**
 * Ends the recording and returns it. Operations still in flight are not in it: await them first.
 *
 * @throws Error when no trace was started
 */
export async function stopTrace(): Promise<Trace> {
  if (scriptSpans === undefined) throw new Error('no trace was started')
  const duration = now() - origin
  const { lanes, spans } = addon.stopTrace()
  const recorded = spans.map(([lane, name, start, end, bytes]): Span => {
    // What began before the trace, as the batch of replies may have that started it, begins with it here.
    const from = Math.max(start / 1e6 - origin, 0)
    const span = { lane: lanes[lane] ?? '', name, start: from, duration: end / 1e6 - origin - from }
    return bytes > 0 ? { ...span, bytes } : span
  })
  const all = [...recorded, ...scriptSpans].sort((a, b) => a.start - b.start)
  scriptSpans = undefined
  return { spans: all, duration }
}

/** Runs `body` and, while a trace is being recorded, records it on the lane of the JavaScript thread. */
export function span<T>(name: string, body: () => T): T {
  const end = openSpan(name)
  try {
    return body()
  } finally {
    end()
  }
}

/** @internal Begins a span on the lane of the JavaScript thread; the result ends it. */
export function openSpan(name: string): () => void {
  const spans = scriptSpans
  if (spans === undefined) return nothing
  const start = now()
  return () => {
    spans.push({ lane: 'js', name, start: start - origin, duration: now() - start })
  }
}

function nothing(): void {}

/** Milliseconds on the clock that native code uses. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
