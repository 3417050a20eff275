import { CaptureError, type Device, type Graph, open, type Stream } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { collect } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { closed, expectCudaError, rejection, thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

/** Larger than what the host device does at once. */
const large = 200_000

async function counted(stream: Stream, counts: Parameters<Stream['histogram']>[0]): Promise<bigint[]> {
  const result = new BigUint64Array(256)
  await stream.copy(result, counts)
  return [...result]
}

onEachDevice('a graph', (target) => {
  it('does nothing when it is captured, and everything each time it is launched', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b, counts] = [
      await gpu.alloc('u8', large),
      await gpu.alloc('u8', large),
      await gpu.alloc('u64', 256),
    ]
    stream.fill(a, 9)
    await stream.fill(counts, 0n)
    const graph = await stream.capture((s) => {
      s.fill(a, 1)
      s.copy(b, a)
      s.histogram(counts, b)
    })
    expect((await counted(stream, counts))[1]).toBe(0n)
    for (let i = 0; i < 10; ++i) graph.launch(stream)
    expect((await counted(stream, counts))[1]).toBe(BigInt(10 * large))
    await graph.launch()
    expect((await counted(stream, counts))[1]).toBe(BigInt(11 * large))
  })

  it('takes its turn among the operations of a stream, and on other streams too', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b] = [await gpu.alloc('u8', large), await gpu.alloc('u8', large)]
    const graph = await stream.capture((s) => s.copy(b, a))
    const other = gpu.stream()
    const seen = new Uint8Array(large)
    for (let i = 1; i < 20; ++i) {
      stream.fill(a, i)
      other.wait(stream)
      graph.launch(other)
      await other.copy(seen, b)
      expect(seen[large - 1]).toBe(i)
      stream.wait(other)
    }
  })

  it('holds rectangles, which are copied at each launch', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b, staged] = [
      await gpu.alloc('u8', 600),
      await gpu.alloc('u8', 600),
      await gpu.pinned('u8', 600),
    ]
    await stream.fill(b, 0)
    const from = { array: staged, pitch: 20, width: 10, height: 30 }
    const to = { array: a, pitch: 20, width: 10, height: 30 }
    const graph = await stream.capture((s) => {
      s.copy2d(to, from)
      s.copy2d({ array: b.slice(5), pitch: 18, width: 10, height: 30 }, to)
    })
    for (const value of [3, 4]) {
      staged.array.fill(value)
      await graph.launch(stream)
      const bytes = new Uint8Array(600)
      await stream.copy(bytes, b)
      const inside = (i: number) => i >= 5 && (i - 5) % 18 < 10 && i < 5 + 30 * 18
      expect(bytes.every((byte, i) => byte === (inside(i) ? value : 0))).toBe(true)
    }
    const ordinary = { array: new Uint8Array(600), pitch: 20, width: 10, height: 30 }
    const refused = thrown(() => stream.capture((s) => s.copy2d(to, ordinary)))
    expect(refused).toMatchObject({ name: 'CaptureError', operation: 'stream.copy2d' })
  })

  it('holds batches of copies, which are made at each launch', async () => {
    const { gpu, stream } = await target.stream()
    const staged = await gpu.pinned('u8', 256)
    const [a, b] = [await gpu.alloc('u8', 256), await gpu.alloc('u8', 128)]
    const batch = [
      { destination: a, source: staged },
      { destination: b, source: staged.slice(128) },
      { destination: b.slice(0, 0), source: staged.slice(0, 0) },
    ]
    const graph = await stream.capture((s) => void s.copyBatch(batch))
    for (const value of [3, 250]) {
      staged.array.fill(value)
      await graph.launch()
      for (const array of [a, b]) {
        const bytes = new Uint8Array(array.length)
        await stream.copy(bytes, array)
        expect(bytes.every((byte) => byte === value)).toBe(true)
      }
    }
    const ordinary = [{ destination: a, source: new Uint8Array(256) }]
    const refused = thrown(() => stream.capture((s) => void s.copyBatch(ordinary)))
    expect(refused).toMatchObject({ name: 'CaptureError', operation: 'stream.copyBatch' })
  })

  it('forks and joins over streams', async () => {
    const { gpu, stream } = await target.stream()
    const [left, right] = [gpu.stream(), gpu.stream()]
    const parts = await Promise.all([1, 2, 3].map(() => gpu.alloc('u8', large)))
    const [a, b, c] = parts as [(typeof parts)[0], (typeof parts)[0], (typeof parts)[0]]
    const event = gpu.event()
    const graph = await stream.capture((s) => {
      s.fill(a, 5)
      s.record(event)
      left.wait(event).copy(b, a)
      right.wait(event).copy(c, a)
      s.wait(left).wait(right)
      s.fill(a, 6)
    })
    // The streams are their own again: what follows is no part of the graph.
    left.fill(b, 0)
    right.fill(c, 0)
    await Promise.all([left.sync(), right.sync()])
    await graph.launch()
    for (const [array, value] of [
      [a, 6],
      [b, 5],
      [c, 5],
    ] as const) {
      const seen = new Uint8Array(large)
      await stream.copy(seen, array)
      expect(seen.every((byte) => byte === value)).toBe(true)
    }
    // Nobody recorded it outside.
    expect(event.done).toBe(true)
  })

  it('keeps the memory that it uses until it is given back', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b] = [await gpu.alloc('u8', large), await gpu.alloc('u8', large)]
    const before = usage()
    const graph = await stream.capture((s) => {
      s.fill(a, 3)
      s.copy(b, a)
    })
    a.dispose()
    await gpu.memory()
    await graph.launch()
    const seen = new Uint8Array(large)
    await stream.copy(seen, b)
    expect(seen[0]).toBe(3)
    graph.launch()
    graph.dispose()
    graph.dispose()
    await stream.sync()
    expect(thrown(() => graph.launch())).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
    expect(usage().graphs).toBe(before.graphs)
  })

  it('launches of one graph come one after the other, whatever their streams', async () => {
    const { gpu, stream } = await target.stream()
    const [a, counts] = [await gpu.alloc('u8', large), await gpu.alloc('u64', 256)]
    const streams = [stream, gpu.stream(), gpu.stream()]
    stream.fill(counts, 0n)
    await stream.fill(a, 7)
    // Side by side they would lose counts, on the host device at least.
    const graph = await stream.capture((s) => s.histogram(counts, a))
    for (let i = 0; i < 30; ++i) graph.launch(streams[i % 3])
    await Promise.all(streams.map((one) => one.sync()))
    expect((await counted(stream, counts))[7]).toBe(BigInt(30 * large))
  })

  it('is updated in place: launches from before are of the old version', async () => {
    const { gpu, stream } = await target.stream()
    const arrays = await Promise.all([1, 2, 3].map(() => gpu.alloc('u64', 256)))
    const [source, a, b] = [await gpu.alloc('u8', large), ...arrays] as const
    if (a === undefined || b === undefined) throw new Error('no arrays')
    stream.fill(source, 4)
    stream.fill(a, 0n)
    await stream.fill(b, 0n)
    const graph = await stream.capture((s) => s.histogram(a, source))
    for (let i = 0; i < 5; ++i) graph.launch()
    const updated = graph.update((s) => s.histogram(b, source))
    expect(thrown(() => graph.launch())).toMatchObject({ code: 'ERR_HEDDLE_BUSY' })
    await updated
    for (let i = 0; i < 7; ++i) graph.launch()
    expect((await counted(stream, a))[4]).toBe(BigInt(5 * large))
    expect((await counted(stream, b))[4]).toBe(BigInt(7 * large))
  })

  it('that would be another graph is not updated, and is what it was', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b] = [await gpu.alloc('u8', large), await gpu.alloc('u8', large)]
    const graph = await stream.capture((s) => s.fill(a, 1))
    const error = await rejection(
      graph.update((s) => {
        s.fill(a, 2)
        s.copy(b, a)
      }),
    )
    expectCudaError(error, { code: 'cudaErrorGraphExecUpdateFailure', operation: 'cudaGraphExecUpdate' })
    await graph.launch()
    const seen = new Uint8Array(large)
    await stream.copy(seen, a)
    expect(seen[0]).toBe(1)
  })

  it('cannot be made of work that is not joined', async () => {
    const { gpu, stream } = await target.stream()
    const other = gpu.stream()
    const a = await gpu.alloc('u8', large)
    const error = await rejection(
      stream.capture((s) => {
        s.fill(a, 1)
        other.wait(s).fill(a, 2)
      }),
    )
    expectCudaError(error, { code: 'cudaErrorStreamCaptureUnjoined' })
    await Promise.all([stream.fill(a, 3), other.sync()])
  })
})

describe('what has no place in a graph is named at its call', () => {
  const cases: [string, (at: { gpu: Device; stream: Stream; other: Stream; graph: Graph }) => unknown][] = [
    ['stream.sync', ({ stream }) => stream.sync()],
    ['stream.handle', ({ stream }) => stream.handle()],
    ['stream.capture', ({ stream }) => stream.capture(() => undefined)],
    ['stream.capture', ({ other }) => other.capture(() => undefined)],
    ['stream.wait', ({ stream, other }) => stream.wait(other)],
    ['stream.wait', ({ stream, other }) => stream.wait(other.record())],
    ['stream.wait', ({ gpu, stream }) => stream.wait(gpu.event())],
    ['event.done', ({ stream }) => stream.record().done],
    ['graph.launch', ({ stream, graph }) => graph.launch(stream)],
    ['graph.update', ({ graph }) => graph.update(() => undefined)],
    ['stream[Symbol.asyncDispose]', ({ stream }) => stream[Symbol.asyncDispose]()],
  ]
  it.each(cases)('%s', async (operation, body) => {
    const gpu = await openHost()
    const [stream, other] = [gpu.stream(), gpu.stream()]
    const array = await gpu.alloc('u8', 10)
    const graph = await stream.capture((s) => s.fill(array, 1))
    const error = thrown(() => stream.capture(() => body({ gpu, stream, other, graph })))
    expect(error).toBeInstanceOf(CaptureError)
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_CAPTURE', operation })
    // Nothing is captured any more, and everything goes on.
    await Promise.all([stream.fill(array, 2), other.sync(), graph.launch()])
  })

  it('also where the body goes on: the capture is given up', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    const body = (s: Stream) => {
      s.fill(array, 1)
      expect(thrown(() => s.sync())).toBeInstanceOf(CaptureError)
      s.fill(array, 2)
    }
    expect(thrown(() => stream.capture(body))).toMatchObject({ operation: 'stream.sync' })
    await stream.fill(array, 3)
  })

  it('ordinary memory, either way', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    const bytes = new Uint8Array(10)
    for (const body of [() => stream.copy(array, bytes), () => stream.copy(bytes, array)])
      expect(thrown(() => stream.capture(body))).toMatchObject({ operation: 'stream.copy' })
  })

  it('awaiting an operation', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    let awaited: PromiseLike<void> | undefined
    await stream.capture((s) => {
      awaited = s.fill(array, 1)
    })
    expect(await rejection(awaited as PromiseLike<void>)).toMatchObject({
      operation: 'awaiting an operation',
    })
  })

  it('an async body', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    expect(thrown(() => stream.capture(async () => undefined))).toMatchObject({
      code: 'ERR_HEDDLE_CAPTURE',
    })
    expect(thrown(() => stream.capture(5 as unknown as () => void))).toMatchObject(wrongType)
  })
})

describe('captures and graphs at their ends', () => {
  it('what the body throws comes out, and what it had submitted is dropped', async () => {
    const gpu = await openHost()
    const [stream, other] = [gpu.stream(), gpu.stream()]
    const array = await gpu.alloc('u8', 10)
    await stream.fill(array, 1)
    const error = new Error('of the body')
    expect(
      thrown(() =>
        stream.capture((s) => {
          s.fill(array, 2)
          other.wait(s).fill(array, 3)
          throw error
        }),
      ),
    ).toBe(error)
    const seen = new Uint8Array(10)
    await stream.copy(seen, array)
    await other.sync()
    expect(seen[0]).toBe(1)
  })

  it('an empty graph is a graph', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const graph = await stream.capture(() => undefined)
    await graph.launch()
  })

  it('belongs to its device, and closes with it', async () => {
    const gpu = await openHost()
    const other = await openHost()
    const stream = gpu.stream()
    const graph = await stream.capture(() => undefined)
    expect(thrown(() => graph.launch(other.stream()))).toMatchObject(wrongType)
    expect(thrown(() => graph.launch(5 as unknown as Stream))).toMatchObject(wrongType)
    await gpu.close()
    expect(thrown(() => graph.launch())).toMatchObject(closed)
    expect(thrown(() => graph.update(() => undefined))).toMatchObject(closed)
    graph.dispose()
  })

  it('closing while it is captured, launched and updated settles everything', async () => {
    const gpu = await open('host')
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 4 << 20)
    const graph = await stream.capture((s) => s.fill(array, 1))
    const ends: PromiseLike<unknown>[] = []
    for (let i = 0; i < 50; ++i) ends.push(graph.launch().then(() => undefined))
    ends.push(
      graph.update((s) => s.fill(array, 2)),
      stream.capture((s) => s.fill(array, 3)),
    )
    await Promise.all([gpu.close(), Promise.allSettled(ends)])
  })

  it('a launch that is aborted already submits nothing', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    await stream.fill(array, 1)
    const graph = await stream.capture((s) => s.fill(array, 2))
    await expect(graph.launch(stream, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    })
    const seen = new Uint8Array(10)
    await stream.copy(seen, array)
    expect(seen[0]).toBe(1)
  })

  it('what is collected is given back', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const before = usage().graphs
    await (async () => {
      await (await stream.capture(() => undefined)).launch()
    })()
    while (usage().graphs > before) await collect()
  })

  it('an update whose capture fails leaves the graph as it was', async () => {
    const gpu = await openHost({ faults: [{ operation: 'cudaMemsetAsync', kind: 'fail', at: 2 }] })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    const graph = await stream.capture((s) => s.fill(array, 1))
    expectCudaError(await rejection(graph.update((s) => s.fill(array, 2))), {
      operation: 'cudaMemsetAsync',
    })
    await graph.launch()
    const seen = new Uint8Array(10)
    await stream.copy(seen, array)
    expect(seen[0]).toBe(1)
    await graph.update((s) => s.fill(array, 3))
    await graph.launch()
    await stream.copy(seen, array)
    expect(seen[0]).toBe(3)
  })

  it('the device dies in a graph as it dies elsewhere', async () => {
    const gpu = await openHost({ faults: [{ operation: 'cudaMemsetAsync', kind: 'sticky', at: 1 }] })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    const graph = await stream.capture((s) => s.fill(array, 1))
    expectCudaError(await rejection(graph.launch()), { code: 'cudaErrorIllegalAddress' })
    expectCudaError(await gpu.lost, { code: 'cudaErrorIllegalAddress' })
    expectCudaError(await rejection(stream.capture(() => undefined)), { code: 'cudaErrorIllegalAddress' })
  })
})
