import { expect, it } from 'vitest'
import { chromeTrace } from '../lib/trace/chrome-trace.js'
import { span, trace } from './trace-samples.js'

const sample = trace([
  span('ring', 0, 2, 'read', 4096),
  span('ring', 1, 2, 'read', 0),
  span('js', 0.5, 0.25, 'count'),
])

it('writes complete events in microseconds', () => {
  const spans = chromeTrace(sample).traceEvents.filter((event) => event.ph === 'X')
  expect(spans).toEqual([
    { ph: 'X', name: 'count', cat: 'js', ts: 500, dur: 250, pid: 1, tid: 1 },
    { ph: 'X', name: 'read', cat: 'ring', ts: 0, dur: 2000, pid: 1, tid: 2, args: { bytes: 4096 } },
    { ph: 'X', name: 'read', cat: 'ring', ts: 1000, dur: 2000, pid: 1, tid: 3, args: { bytes: 0 } },
  ])
})

it('gives overlapping spans threads of their own, which viewers would otherwise draw as nested', () => {
  const threads = chromeTrace(sample).traceEvents.filter((event) => event.name === 'thread_name')
  expect(threads.map((event) => event.args)).toEqual([
    { name: 'JS thread' },
    { name: 'I/O ring 1' },
    { name: 'I/O ring 2' },
  ])
})

it('makes a process of each run', () => {
  const { traceEvents } = chromeTrace([
    { title: 'before', trace: sample },
    { title: 'after', trace: trace([]) },
  ])
  const names = traceEvents.filter(({ name }) => name === 'process_name')
  expect(names).toEqual([
    { ph: 'M', name: 'process_name', pid: 1, tid: 0, args: { name: 'before' } },
    { ph: 'M', name: 'process_name', pid: 2, tid: 0, args: { name: 'after' } },
  ])
})
