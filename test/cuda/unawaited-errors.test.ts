import type { Fault } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { expectCudaError, rejection } from './failures.ts'
import { openHost } from './target.ts'

const failing = (at: number): Fault => ({ operation: 'cudaMemsetAsync', kind: 'fail', number: 801, at })
const notSupported = { number: 801, code: 'cudaErrorNotSupported', operation: 'cudaMemsetAsync' }

async function setUp(...faults: Fault[]) {
  const gpu = await openHost({ faults })
  return { gpu, stream: gpu.stream(), array: await gpu.alloc('u8', 16) }
}

describe('the error of an operation that nobody awaits', () => {
  it('comes out at the next operation that is awaited, once', async () => {
    const { stream, array } = await setUp(failing(1))
    stream.fill(array, 1)
    expectCudaError(await rejection(stream.fill(array, 2)), notSupported)
    await stream.fill(array, 3)
    await stream.sync()
  })

  it('comes out at sync, once', async () => {
    const { stream, array } = await setUp(failing(1))
    stream.fill(array, 1)
    expectCudaError(await rejection(stream.sync()), notSupported)
    await stream.sync()
  })

  it('comes out at the operation itself, when that is awaited later', async () => {
    const { gpu, stream, array } = await setUp(failing(1))
    const operation = stream.fill(array, 1)
    await gpu.memory()
    expectCudaError(await rejection(operation), notSupported)
    await stream.sync()
  })

  it('comes out when the stream is given back', async () => {
    const { stream, array } = await setUp(failing(1))
    const operation = stream.fill(array, 1)
    expectCudaError(await rejection(stream[Symbol.asyncDispose]()), notSupported)
    expectCudaError(await rejection(operation), notSupported)
  })

  it('is the first of several', async () => {
    const { stream, array } = await setUp(
      { ...failing(1), number: 1 },
      { ...failing(2), number: 801 },
      { ...failing(3), number: 900 },
    )
    for (let i = 0; i < 3; ++i) stream.fill(array, i)
    expectCudaError(await rejection(stream.sync()), { number: 1, code: 'cudaErrorInvalidValue' })
    await stream.sync()
  })

  it('does not come out at another stream', async () => {
    const { gpu, stream, array } = await setUp(failing(1))
    stream.fill(array, 1)
    const other = gpu.stream()
    await other.wait(stream).fill(array, 2)
    await other.sync()
    expectCudaError(await rejection(stream.sync()), notSupported)
  })

  it('is not lost when the operation has a signal', async () => {
    const { stream, array } = await setUp(failing(1))
    stream.fill(array, 1, { signal: new AbortController().signal })
    expectCudaError(await rejection(stream.sync()), notSupported)
  })
})

describe('the error of an operation that is awaited', () => {
  it('is its own, whatever comes before and after', async () => {
    const { stream, array } = await setUp(failing(2))
    const results = await Promise.allSettled([1, 2, 3].map((value) => stream.fill(array, value)))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expectCudaError((results[1] as PromiseRejectedResult).reason, notSupported)
    await stream.sync()
  })

  it('says what failed, and with what', async () => {
    const { stream, array } = await setUp(failing(1))
    const error = await rejection(stream.fill(array, 1))
    expectCudaError(error, { ...notSupported, arguments: 'bytes=16' })
    for (const part of ['cudaMemsetAsync', 'cudaErrorNotSupported', '801', 'bytes=16']) {
      expect((error as Error).message).toContain(part)
    }
  })

  it('goes to catch, and past finally', async () => {
    const { stream, array } = await setUp(failing(1), failing(2))
    const order: string[] = []
    expectCudaError(await stream.fill(array, 1).catch((error) => error), notSupported)
    expectCudaError(
      await rejection(stream.fill(array, 1).finally(() => void order.push('finally'))),
      notSupported,
    )
    expect(order).toEqual(['finally'])
  })

  it('is the same each time it is awaited', async () => {
    const { stream, array } = await setUp(failing(1))
    const operation = stream.fill(array, 1)
    expect(await rejection(operation)).toBe(await rejection(operation))
  })
})
