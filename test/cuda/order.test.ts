import { Event, type Stream } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('a stream', (target) => {
  it('carries out what it is given in order', async () => {
    const { gpu, stream } = await target.stream()
    const length = 100_000
    const arrays = await Promise.all(Array.from({ length: 5 }, () => gpu.alloc('u8', length)))
    const [first, ...others] = arrays as [(typeof arrays)[0], ...typeof arrays]
    for (let i = 0; i < 200; ++i) {
      stream.fill(first, i % 256)
      let from = first
      for (const to of others) {
        stream.copy(to, from)
        from = to
      }
    }
    for (const array of arrays) {
      expect((await download(stream, array)).every((byte) => byte === 199)).toBe(true)
    }
  })

  it('keeps the order of small and large operations, and of ordinary and pinned memory', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 5 << 20)
    const pinned = await gpu.pinned('u8', 5 << 20)
    const bytes = randomBytes(5 << 20)
    for (let i = 0; i < 20; ++i) {
      stream.copy(array, bytes)
      stream.fill(array.slice(i, i + 1), i)
      stream.copy(pinned, array)
      stream.fill(array, 0xff)
    }
    await stream.sync()
    bytes[19] = 19
    expect(sameBytes(pinned.array, bytes)).toBe(true)
  })

  it('of each priority does its work', async () => {
    const gpu = await target.open()
    for (const priority of ['low', 'normal', 'high'] as const) {
      const stream = gpu.stream({ priority, label: priority })
      const array = await gpu.alloc('u8', 1000)
      stream.fill(array, 5)
      expect((await download(stream, array)).every((byte) => byte === 5)).toBe(true)
    }
  })

  it('takes no other options', async () => {
    const gpu = await target.open()
    const open = (options: unknown) => thrown(() => gpu.stream(options as object))
    for (const options of [null, 1, 'high', []]) expect(open(options)).toMatchObject(wrongType)
    for (const priority of ['', 'HIGH', 0, null, {}]) {
      expect(open({ priority })).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    }
  })
})

onEachDevice('streams', (target) => {
  // Each stage waits for the one before: large work, so that a wait that is forgotten shows.
  async function relay(pass: (from: Stream, to: Stream) => void) {
    const gpu = await target.open()
    const streams = Array.from({ length: 6 }, () => gpu.stream())
    const arrays = await Promise.all(streams.map(() => gpu.alloc('u8', 8 << 20)))
    for (let round = 1; round <= 5; ++round) {
      ;(streams[0] as Stream).fill(arrays[0] as (typeof arrays)[0], round)
      for (let i = 1; i < streams.length; ++i) {
        const [before, stream] = [streams[i - 1], streams[i]] as [Stream, Stream]
        pass(before, stream)
        stream.copy(arrays[i] as (typeof arrays)[0], arrays[i - 1] as (typeof arrays)[0])
      }
      const last = streams.at(-1) as Stream
      const bytes = await download(last, arrays.at(-1) as (typeof arrays)[0])
      expect(bytes.every((byte) => byte === round)).toBe(true)
      for (const stream of streams) await stream.sync()
    }
  }

  it('wait for the event of another', () => relay((from, to) => to.wait(from.record())))

  it('wait for another as a whole', () => relay((from, to) => to.wait(from)))

  it('wait for one event that is recorded again and again', async () => {
    let event: Event | undefined
    await relay((from, to) => {
      event = from.record(event)
      to.wait(event)
    })
  })

  it('join in a diamond', async () => {
    const gpu = await target.open()
    const [top, left, right, bottom] = Array.from({ length: 4 }, () => gpu.stream()) as [
      Stream,
      Stream,
      Stream,
      Stream,
    ]
    const length = 4 << 20
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => gpu.alloc('u8', length)))
    const d = await gpu.alloc('u8', 2 * length)
    if (a === undefined || b === undefined || c === undefined) throw new Error('unreachable')
    for (let i = 0; i < 10; ++i) {
      top.wait(bottom).fill(a, i)
      left.wait(top).copy(b, a)
      right.wait(top).copy(c, a)
      right.fill(c.slice(0, 1), 100)
      bottom.wait(left).wait(right).copy(d.slice(0, length), b)
      bottom.copy(d.slice(length), c)
    }
    const bytes = await download(bottom, d)
    expect(bytes[length]).toBe(100)
    bytes[length] = 9
    expect(bytes.every((byte) => byte === 9)).toBe(true)
  })

  it('do not wait for an event that was never recorded, nor for themselves', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 10)
    await stream.wait(gpu.event()).wait(stream).wait(gpu.stream()).fill(array, 1)
  })

  it('do not wait for a record that comes after the wait', async () => {
    const gpu = await target.open()
    const event = gpu.event()
    const [a, b] = [gpu.stream(), gpu.stream()]
    const array = await gpu.alloc('u8', 10)
    a.wait(event)
    b.wait(a)
    b.record(event)
    await Promise.all([a.fill(array, 1), b.sync()])
  })

  it('wait for events and streams only, and record events of their own device', async () => {
    const [gpu, other] = [await target.open(), await target.open()]
    const stream = gpu.stream()
    for (const on of [undefined, null, {}, 'event', 1]) {
      expect(thrown(() => stream.wait(on as unknown as Event))).toMatchObject(wrongType)
      if (on !== undefined) expect(thrown(() => stream.record(on as Event))).toMatchObject(wrongType)
    }
    expect(thrown(() => stream.record(other.event()))).toMatchObject(wrongType)
  })
})

describe('on a host device with work that takes its time', () => {
  const slowFill = { operation: 'cudaMemsetAsync', kind: 'slow', delay: 150 } as const

  it('a stream that waits comes after, however fast it is', async () => {
    const gpu = await openHost({ faults: [slowFill] })
    const [slow, fast] = [gpu.stream(), gpu.stream()]
    const [a, b] = [await gpu.alloc('u8', 10), await gpu.alloc('u8', 10)]
    slow.fill(a, 7)
    fast.wait(slow).copy(b, a)
    expect((await download(fast, b))[0]).toBe(7)
  })

  it('a stream that does not wait does not', async () => {
    const gpu = await openHost({ faults: [{ ...slowFill, delay: 3_600_000 }] }, { closeTimeout: 0 })
    const [slow, fast] = [gpu.stream(), gpu.stream()]
    const [a, b] = [await gpu.alloc('u8', 10), await gpu.alloc('u8', 10)]
    slow.fill(a, 7)
    await fast.fill(b, 1)
  })

  it('an event is done when what came before it is', async () => {
    const gpu = await openHost({ faults: [slowFill] })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    const event = stream.record()
    await stream.sync()
    expect(event).toBeInstanceOf(Event)
    expect([event.done, gpu.event().done]).toEqual([true, true])
    stream.fill(array, 1)
    expect(event.done).toBe(true)
    stream.record(event)
    expect(event.done).toBe(false)
    await stream.sync()
    expect(event.done).toBe(true)
  })
})
