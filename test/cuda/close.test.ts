import { CudaError, type Device, load, open, type Stream } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { closed, expectCudaError, failure, rejection, thrown } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('close', (target) => {
  it('twice gives the same Promise', async () => {
    const gpu = await target.open()
    const first = gpu.close()
    expect(gpu.close()).toBe(first)
    expect(gpu.closed).toBe(true)
    await first
    expect(gpu.close()).toBe(first)
    await gpu[Symbol.asyncDispose]()
  })

  it('settles device.lost, which says so', async () => {
    const gpu = await target.open()
    await gpu.close()
    const reason = await gpu.lost
    expect(reason).toBeInstanceOf(CudaError)
    expectCudaError(reason, closed)
  })

  it('makes every call from then on fail', async () => {
    const gpu = await target.open()
    const stream = gpu.stream()
    const event = stream.record()
    const array = await gpu.alloc('u8', 4)
    const counts = await gpu.alloc('u64', 256)
    const closing = gpu.close()
    const calls: [string, () => unknown][] = [
      ['alloc', () => gpu.alloc('u8', 1)],
      ['pinned', () => gpu.pinned('u8', 1)],
      ['memory', () => gpu.memory()],
      ['stream', () => gpu.stream()],
      ['event', () => gpu.event()],
      ['load', () => load('/dev/null', gpu)],
      ['stream.copy', () => stream.copy(array, new Uint8Array(4))],
      ['stream.fill', () => stream.fill(array, 0)],
      ['stream.histogram', () => stream.histogram(counts, array)],
      ['stream.record', () => stream.record(event)],
      ['stream.wait', () => stream.wait(event)],
      ['stream.sync', () => stream.sync()],
    ]
    for (const [operation, call] of calls) expectCudaError(await failure(call), { ...closed, operation })
    await closing
    for (const [operation, call] of calls) expectCudaError(await failure(call), { ...closed, operation })
  })

  it('lets what is in flight finish', async () => {
    const gpu = await target.open()
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 8 << 20)
    const bytes = new Uint8Array(8 << 20)
    stream.fill(array, 3)
    const copied = stream.copy(bytes, array).then(
      () => 'done',
      (error) => (error as CudaError).code,
    )
    await gpu.close()
    expect(['done', closed.code]).toContain(await copied)
  })

  it('settles everything that waits', async () => {
    const gpu = await target.open()
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 1 << 20)
    const settled = Promise.allSettled([
      gpu.alloc('u8', 1 << 20),
      gpu.pinned('u8', 1 << 20),
      gpu.memory(),
      stream.fill(array, 1),
      stream.copy(new Uint8Array(1 << 20), array),
      stream.sync(),
      load(process.execPath, gpu),
    ])
    await gpu.close()
    for (const result of await settled) {
      if (result.status === 'rejected') expectCudaError(result.reason, closed)
    }
  })

  it('makes operations that are awaited later reject', async () => {
    const gpu = await target.open()
    const array = await gpu.alloc('u8', 16)
    const operation = gpu.stream().fill(array, 1)
    await gpu.close()
    expectCudaError(await rejection(operation), closed)
  })

  it('leaves pinned memory to those who see it', async () => {
    const gpu = await target.open()
    const { array } = await gpu.pinned('u8', 4096)
    array.fill(5)
    await gpu.close()
    expect(array.every((value) => value === 5)).toBe(true)
    array.fill(6)
    expect(array.length).toBe(4096)
  })

  it('is followed by dispose without harm', async () => {
    const gpu = await target.open()
    const arrays = [await gpu.alloc('u8', 16), await gpu.pinned('u8', 16)]
    await gpu.close()
    for (const array of arrays) array.dispose()
    for (const array of arrays) expect(array.disposed).toBe(true)
  })
})

onEachDevice('what belongs to a closed device', (target) => {
  async function afterwards(use: (old: Device, stream: Stream) => Promise<(now: Stream) => unknown>) {
    const old = await open(target.id)
    const useNow = await use(old, old.stream())
    await old.close()
    const gpu = await target.open()
    return thrown(() => useNow(gpu.stream()))
  }

  it('is not taken for something of the next device that is opened', async () => {
    const error = await afterwards(async (old) => {
      const array = await old.alloc('u8', 16)
      return (now) => now.fill(array, 1)
    })
    expect(error).toMatchObject({ name: 'HeddleError', code: 'ERR_HEDDLE_DEVICE' })
  })

  it('can not be waited for by the next', async () => {
    const error = await afterwards(async (_, stream) => {
      const event = stream.record()
      return (now) => now.wait(event)
    })
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })
})

describe('a host device that does not come to an end', () => {
  it('is given up after closeTimeout, and everything rejects', async () => {
    const gpu = await openHost(
      { faults: [{ operation: 'cudaMemsetAsync', kind: 'slow', delay: 3_600_000 }] },
      { closeTimeout: 20 },
    )
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 16)
    const settled = Promise.allSettled([stream.fill(array, 1), stream.sync()])
    await gpu.close()
    for (const result of await settled) expectCudaError((result as PromiseRejectedResult).reason, closed)
    expect(usage().devices).toBe(0)
  })

  it('is left in a call that does not return, which rejects, and so does what waits behind it', async () => {
    const gpu = await openHost({ faults: [{ operation: 'cudaMalloc', kind: 'slow', delay: 3_600_000 }] })
    const settled = Promise.allSettled([gpu.alloc('u8', 16), gpu.pinned('u8', 16), gpu.memory()])
    await gpu.close()
    for (const result of await settled) expectCudaError((result as PromiseRejectedResult).reason, closed)
    expect(usage().devices).toBe(0)
  })
})
