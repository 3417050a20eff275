import { load } from 'heddle/cuda'
import { type Span, startTrace, stopTrace, type Trace } from 'heddle/trace'
import { expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp.ts'
import { randomBytes } from './bytes.ts'
import { onEachDevice, openHost, type Target } from './target.ts'

const folder = tempFolder()
const length = 4 << 20

function expectSane({ spans, duration }: Trace): void {
  let last = 0
  for (const span of spans) {
    expect(span.start).toBeGreaterThanOrEqual(last)
    expect(span.duration).toBeGreaterThanOrEqual(0)
    expect(span.start + span.duration).toBeLessThanOrEqual(duration + 1)
    last = span.start
  }
}

function expectOneAfterTheOther(spans: readonly Span[]): void {
  for (const [i, span] of spans.slice(1).entries()) {
    const before = spans[i] as Span
    expect(span.start).toBeGreaterThanOrEqual(before.start + before.duration - 0.001)
  }
}

onEachDevice('a trace', (target: Target) => {
  it('has the work of each stream on a lane of its own, one after the other', async () => {
    const gpu = await target.open()
    const [first, second] = [gpu.stream({ label: 'first' }), gpu.stream({ label: 'second' })]
    const [a, b] = [await gpu.alloc('u8', length), await gpu.pinned('u8', length)]
    const [c, counts] = [await gpu.alloc('u8', 1000), await gpu.alloc('u64', 256)]
    startTrace()
    for (let i = 0; i < 5; ++i) {
      first.fill(a, i)
      first.copy(b, a)
    }
    second.fill(c, 1)
    second.histogram(counts, c)
    await Promise.all([first.sync(), second.sync()])
    const trace = await stopTrace()
    expectSane(trace)
    const lane = (name: string) => trace.spans.filter((span) => span.lane === `stream:${name}`)
    expect(lane('first').map(({ name }) => name)).toEqual(Array(5).fill(['fill', 'copy']).flat())
    expect(lane('first').map(({ bytes }) => bytes)).toEqual(Array(10).fill(length))
    expect(lane('second').map(({ name, bytes }) => [name, bytes])).toEqual([
      ['fill', 1000],
      ['histogram', 1000],
    ])
    for (const name of ['first', 'second']) expectOneAfterTheOther(lane(name))
  })

  it('of a load has its reads and its copies', async () => {
    const gpu = await target.open()
    const path = folder.file(randomBytes(3 * length + 5))
    startTrace()
    await load(path, gpu, { chunkBytes: 1 << 20 })
    const trace = await stopTrace()
    expectSane(trace)
    const sum = (spans: Span[]) => spans.reduce((total, { bytes = 0 }) => total + bytes, 0)
    const reads = trace.spans.filter(({ lane, name }) => lane === 'ring' && name === 'read')
    expect(reads.length).toBeGreaterThanOrEqual(13)
    expect(sum(reads)).toBe(3 * length + 5)
    const copies = trace.spans.filter(({ lane, name }) => lane.startsWith('stream:') && name === 'copy')
    expect(copies).toHaveLength(13)
    expect(sum(copies)).toBe(3 * length + 5)
  })

  it('has what JavaScript did', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 10)
    startTrace()
    await stream.fill(array, 1)
    // What delivers a result ends after whoever waited for it has gone on.
    await stream.fill(array, 2)
    const trace = await stopTrace()
    expect(trace.spans.some(({ lane, name }) => lane === 'js' && name === 'settle')).toBe(true)
  })

  it('has nothing of what went before it, nor of what comes after', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', length)
    await stream.fill(array, 1)
    startTrace()
    const { spans } = await stopTrace()
    await stream.fill(array, 1)
    expect(spans.filter(({ lane }) => lane.startsWith('stream:'))).toEqual([])
    await expect(stopTrace()).rejects.toThrow('no trace was started')
  })
})

it('a trace numbers streams that have no label, and has staged copies too', async () => {
  const gpu = await openHost({ stagePageable: true })
  const [one, two] = [gpu.stream(), gpu.stream()]
  const array = await gpu.alloc('u8', length)
  startTrace()
  await one.copy(array, new Uint8Array(length))
  await two.wait(one).copy(new Uint8Array(length), array)
  const trace = await stopTrace()
  expectSane(trace)
  const copies = trace.spans.filter(({ lane, name }) => lane.startsWith('stream:') && name === 'copy')
  expect(copies.map(({ lane, bytes }) => [lane, bytes])).toEqual([
    ['stream:1', length],
    ['stream:2', length],
  ])
  expectOneAfterTheOther(copies)
})
