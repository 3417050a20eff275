import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { busyStretches, overlap } from '../lib/trace/overlap.js'
import { span, trace } from './trace-samples.js'

describe('overlap', () => {
  it('is nothing where nothing ran', () => {
    expect(overlap(trace([]))).toEqual({ busy: 0, overlapped: 0, share: 0, lanes: new Map() })
  })

  it('is 0 for work that follows work without a gap', () => {
    const { busy, share } = overlap(trace([span('ring', 0, 2), span('stream:copy', 2, 3)]))
    expect(busy).toBe(5)
    expect(share).toBe(0)
  })

  it('counts time in which two lanes are busy', () => {
    const { busy, overlapped, share } = overlap(trace([span('ring', 0, 4), span('stream:copy', 3, 5)]))
    expect(busy).toBe(8)
    expect(overlapped).toBe(1)
    expect(share).toBe(1 / 8)
  })

  it('does not take several spans of one lane for overlap', () => {
    const result = overlap(trace([span('ring', 0, 4), span('ring', 1, 1), span('ring', 3, 3)]))
    expect(result.busy).toBe(6)
    expect(result.share).toBe(0)
    expect(result.lanes.get('ring')).toBe(6)
  })

  it('does not depend on the order of the spans, as they are recorded when they end', () => {
    const spans = [span('ring', 0, 4), span('js', 2, 6), span('ring', 5, 2), span('stream:copy', 1, 2)]
    expect(overlap(trace(spans)).share).toBe(overlap(trace([...spans].reverse())).share)
  })

  it('agrees with counting tick by tick', () => {
    const anySpan = fc.tuple(fc.constantFrom('js', 'ring', 'copy'), fc.nat(40), fc.nat(10))
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 30 }), (drawn) => {
        const spans = drawn.map(([lane, start, duration]) => span(lane, start, duration))
        const lanesAt = Array.from({ length: 50 }, (_, tick) => {
          const open = spans.filter(({ start, duration }) => start <= tick && tick < start + duration)
          return new Set(open.map(({ lane }) => lane)).size
        })
        const { busy, overlapped } = overlap(trace(spans))
        expect(busy).toBe(lanesAt.filter((lanes) => lanes > 0).length)
        expect(overlapped).toBe(lanesAt.filter((lanes) => lanes > 1).length)
      }),
    )
  })
})

describe('busyStretches', () => {
  it('cuts where the number of busy lanes changes', () => {
    const spans = [span('ring', 0, 4), span('copy', 2, 4), span('js', 9, 1)]
    expect(busyStretches(trace(spans))).toEqual([
      { start: 0, end: 2, lanes: 1 },
      { start: 2, end: 4, lanes: 2 },
      { start: 4, end: 6, lanes: 1 },
      { start: 9, end: 10, lanes: 1 },
    ])
  })

  it('joins what touches with the same number of lanes', () => {
    const spans = [span('ring', 0, 2), span('copy', 2, 2), span('js', 4, 2)]
    expect(busyStretches(trace(spans))).toEqual([{ start: 0, end: 6, lanes: 1 }])
  })
})
