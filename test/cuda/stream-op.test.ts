import { StreamOp } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { deliveries } from '../fixtures/internals.ts'
import { download } from './bytes.ts'
import { closed, expectCudaError, rejection } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

onEachDevice('an operation of a stream', (target) => {
  it('is submitted at once, and can be awaited, again and again', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const operation = stream.fill(array, 1)
    expect(operation).toBeInstanceOf(StreamOp)
    expect(operation).not.toBeInstanceOf(Promise)
    expect(await operation).toBeUndefined()
    expect(await operation).toBeUndefined()
    expect(await Promise.all([operation, operation, stream.fill(array, 2)])).toEqual(Array(3).fill(undefined))
  })

  it('can be awaited much later, also when others followed', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const operations = Array.from({ length: 10 }, (_, i) => stream.fill(array, i))
    await gpu.memory()
    stream.fill(array, 77)
    for (const operation of operations) await operation
    expect((await download(stream, array))[0]).toBe(77)
  })

  it('has then, catch and finally as a Promise has', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const order: unknown[] = []
    expect(await stream.fill(array, 1).then(() => 'next')).toBe('next')
    expect(await stream.fill(array, 1).catch(() => 'never')).toBeUndefined()
    expect(await stream.fill(array, 1).finally(() => order.push('finally'))).toBeUndefined()
    expect(stream.fill(array, 1).then()).toBeInstanceOf(Promise)
    expect(order).toEqual(['finally'])
  })

  it('that nobody awaits costs nothing but the wait of the one who does', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 1000)
    await stream.sync()
    await turn()
    const before = deliveries()
    for (let i = 0; i < 100; ++i) stream.fill(array, i)
    await stream.fill(array, 1)
    expect(deliveries() - before).toBe(1)
  })

  it('that nobody awaits is carried out, without any delivery', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 1000)
    const pinned = await gpu.pinned('u8', 1000)
    pinned.array.fill(0)
    const before = deliveries()
    stream.fill(array, 9)
    stream.copy(pinned, array)
    const event = stream.record()
    while (!event.done) await turn()
    expect(pinned.array.every((byte) => byte === 9)).toBe(true)
    expect(deliveries()).toBe(before)
  })

  it('comes with others: 1,000 that are awaited in one turn cost few deliveries', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 1000)
    const before = deliveries()
    await Promise.all(Array.from({ length: 1000 }, (_, i) => stream.fill(array, i)))
    expect(deliveries() - before).toBeLessThan(250)
  })

  it('may be one of 10,000 at once', async () => {
    const gpu = await target.open()
    const streams = [gpu.stream(), gpu.stream(), gpu.stream()] as const
    const arrays = await Promise.all(streams.map(() => gpu.alloc('u32', 1000)))
    const operations = Array.from({ length: 10_000 }, (_, i) => {
      const array = arrays[i % 3] as (typeof arrays)[0]
      return (streams[i % 3] as (typeof streams)[0]).fill(array, i)
    })
    await Promise.all(operations)
    for (const [i, array] of arrays.entries()) {
      const words = new Uint32Array((await download(streams[0], array)).buffer)
      expect(words.every((word) => word === [9999, 9997, 9998][i])).toBe(true)
    }
  })

  it('ends with its stream, when that is given back', async () => {
    const gpu = await target.open()
    const array = await gpu.alloc('u8', 4)
    const stream = gpu.stream()
    const operation = stream.fill(array, 6)
    const disposed = stream[Symbol.asyncDispose]()
    expect(stream[Symbol.asyncDispose]()).toBe(disposed)
    await disposed
    const next = gpu.stream()
    await operation
    expect((await download(next, array))[0]).toBe(6)
    expectCudaError(await rejection((async () => stream.fill(array, 1))()), closed)
    expectCudaError(await rejection((async () => stream.sync())()), closed)
  })
})

describe('an operation of a stream that is busy', () => {
  const never = { operation: 'cudaMemsetAsync', kind: 'slow', delay: 3_600_000 } as const

  it('settles when it is done, not when what follows is, if it is awaited in the same turn', async () => {
    const gpu = await openHost({ faults: [{ ...never, at: 2 }] }, { closeTimeout: 0 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 4)
    const first = stream.fill(array, 1)
    const second = stream.fill(array, 2)
    second.catch(() => undefined)
    await first
  })

  it('is waited for when the stream is given back', async () => {
    const gpu = await openHost({ faults: [{ ...never, delay: 100 }] })
    const array = await gpu.alloc('u8', 4)
    const pinned = await gpu.pinned('u8', 4)
    const stream = gpu.stream()
    stream.fill(array, 3)
    stream.copy(pinned, array)
    await stream[Symbol.asyncDispose]()
    expect([...pinned.array]).toEqual([3, 3, 3, 3])
  })
})
