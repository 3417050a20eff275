import { describe, expect, it } from 'vitest'
import { laneRows, laneTitle } from '../lib/trace/lane-rows.js'
import { span } from './trace-samples.js'

describe('laneRows', () => {
  it('keeps work that follows work in one row', () => {
    const rows = laneRows([span('ring', 2, 2), span('ring', 0, 2), span('ring', 4, 1)])[0]?.rows
    expect(rows?.map((row) => row.map(({ start }) => start))).toEqual([[0, 2, 4]])
  })

  it('uses as many rows as were in flight at once', () => {
    const spans = [span('ring', 0, 10), span('ring', 1, 2), span('ring', 2, 3), span('ring', 4, 2)]
    const rows = laneRows(spans)[0]?.rows
    expect(rows?.map((row) => row.map(({ start }) => start))).toEqual([[0], [1, 4], [2]])
  })

  it('puts lanes in the order in which work flows, and the unknown last', () => {
    const spans = ['other', 'stream:compute', 'ring', 'stream:copy', 'another', 'js'].map((lane) =>
      span(lane, 0, 1),
    )
    const order = ['js', 'ring', 'stream:copy', 'stream:compute', 'other', 'another']
    expect(laneRows(spans).map(({ lane }) => lane)).toEqual(order)
  })
})

it('gives lanes names that people read', () => {
  expect(['js', 'ring', 'stream:copy', 'gpu'].map(laneTitle)).toEqual([
    'JS thread',
    'I/O ring',
    'copy stream',
    'gpu',
  ])
})
