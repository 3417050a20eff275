import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import type { Event } from './event.js'
import type { Stream } from './stream.js'

/** Something has no place in a graph, and was asked for while one is captured. `code`: `ERR_HEDDLE_CAPTURE`. */
export class CaptureError extends HeddleError {
  /** What was asked for, such as `stream.sync`. */
  readonly operation: string

  constructor(operation: string, why: string) {
    super('ERR_HEDDLE_CAPTURE', `${operation} can't be captured: ${why}`)
    this.operation = operation
  }

  static {
    CaptureError.prototype.name = 'CaptureError'
  }
}

/** The operations of a stream that a graph can carry out. */
const capturable = new Set([
  'stream.copy',
  'stream.copy2d',
  'stream.copyBatch',
  'stream.fill',
  'stream.histogram',
  'stream.launch',
  'stream.record',
  'stream.wait',
])

/** The capture that is going on. There is one at most, since its body runs to its end before anything else does. */
let current: Capture | undefined

interface Capture {
  readonly streams: Set<Stream>
  readonly events: Set<Event>
  /** What was asked for and has no place in a graph: there will be none, whether the body heeds that or not. */
  refused?: CaptureError
}

function refuse(operation: string, why: string): never {
  const error = new CaptureError(operation, why)
  if (current !== undefined) current.refused ??= error
  throw error
}

/** Whether what is submitted to the stream now goes into a graph. */
export function isCapturing(stream: Stream): boolean {
  return current?.streams.has(stream) === true
}

/** Throws when the stream is being captured and the operation has no place in a graph. */
export function checkCapture(stream: Stream, operation: string): void {
  if (isCapturing(stream) && !capturable.has(operation))
    refuse(operation, 'a graph only holds work that the device does by itself')
}

/** The same for the end of a copy that is ordinary memory. */
export function checkPageable(stream: Stream, operation: string): void {
  if (isCapturing(stream))
    refuse(operation, 'ordinary memory is staged by the host, piece by piece; use a pinned array')
}

/** Throws when a stream that is being captured is to copy from or to another device. */
export function checkPeerCopy(stream: Stream): void {
  if (isCapturing(stream)) refuse('stream.copy', 'one side is memory of another device')
}

/** Throws when a stream and another device's event are to meet of which one is being captured. */
export function checkPeerWait(stream: Stream, event: Event): void {
  if (isCapturing(stream) || current?.events.has(event))
    refuse('stream.wait', 'what it waits for is of another device')
}

/** Throws when an event is asked that is recorded in the capture. */
export function checkEventQuery(event: Event): void {
  if (current?.events.has(event)) refuse('event.done', 'in a capture nothing has run when it is asked')
}

/** An event is recorded. In a capture, that record is the graph's own. */
export function noteRecord(stream: Stream, event: Event): void {
  if (current === undefined) return
  if (isCapturing(stream)) current.events.add(event)
  else current.events.delete(event)
}

/** A stream waits: with what is captured it joins the capture; in a capture it can wait for nothing else. */
export function noteWait(stream: Stream, event: Event): void {
  if (current === undefined) return
  const captured = current.events.has(event)
  if (captured && !isCapturing(stream)) {
    addon.joinCapture(stream.number)
    current.streams.add(stream)
  } else if (!captured && isCapturing(stream)) {
    refuse('stream.wait', 'what it waits for was recorded outside of the capture')
  }
}

/** Runs `body` while what is submitted to `stream` is captured. Whoever calls this hands over what was, at once. */
export function runCapture(stream: Stream, body: (stream: Stream) => void): void {
  if (current !== undefined) refuse('stream.capture', 'another capture is going on')
  addon.beginCapture(stream.number)
  current = { streams: new Set([stream]), events: new Set() }
  let complete = false
  try {
    const result: unknown = body(stream)
    if (result instanceof Promise) {
      result.catch(() => undefined)
      refuse('an async function', 'the body must have run to its end when it returns')
    }
    if (current.refused !== undefined) throw current.refused
    complete = true
  } finally {
    current = undefined
    if (!complete) addon.cancelCapture()
  }
}
