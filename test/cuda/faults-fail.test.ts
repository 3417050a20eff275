import { type Device, type Fault, load, type OpenOptions, open, type Stream } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp.ts'
import { download, randomBytes } from './bytes.ts'
import { expectCudaError, rejection } from './failures.ts'
import { openHost } from './target.ts'

const path = tempFolder().file(randomBytes(3_000_000))

const fail = (operation: string, more: Partial<Fault> = {}): Fault => ({ operation, kind: 'fail', ...more })
const outOfMemory = { number: 2, code: 'cudaErrorMemoryAllocation' }
const unknown = { number: 999, code: 'cudaErrorUnknown' }
const notSupported = { number: 801, code: 'cudaErrorNotSupported' }

interface Bed {
  gpu: Device
  stream: Stream
}

async function setUp(fault: Fault, host: OpenOptions['host'] = {}): Promise<Bed> {
  const gpu = await openHost({ ...host, faults: [fault, ...(host.faults ?? [])] })
  return { gpu, stream: gpu.stream() }
}

describe('a call that fails once makes its operation reject, and later ones work', () => {
  it('opening: on either of the threads of the device', async () => {
    for (const at of [1, 2]) {
      const host = { faults: [fail('cudaSetDevice', { at, number: 46 })] }
      expectCudaError(await rejection(open('host', { host })), {
        number: 46,
        code: 'cudaErrorDevicesUnavailable',
        operation: 'cudaSetDevice',
      })
    }
    await openHost()
  })

  const rare: [string, object, (gpu: Device) => Promise<unknown>][] = [
    ['cudaMalloc', outOfMemory, (gpu) => gpu.alloc('u8', 100)],
    ['cudaMallocHost', outOfMemory, (gpu) => gpu.pinned('u8', 100)],
    ['cudaMemGetInfo', unknown, (gpu) => gpu.memory()],
    ['cudaMalloc', outOfMemory, (gpu) => load(path, gpu)],
    ['cudaMallocHost', outOfMemory, (gpu) => load(path, gpu)],
    ['cudaMemcpyAsync', unknown, (gpu) => load(path, gpu)],
    ['cudaStreamCreateWithPriority', unknown, (gpu) => load(path, gpu)],
  ]

  it.each(rare)('%s, with %o: %s', async (operation, parts, call) => {
    const { gpu } = await setUp(fail(operation))
    const { free } = operation === 'cudaMemGetInfo' ? { free: 0 } : await gpu.memory()
    expectCudaError(await rejection(call(gpu)), { ...parts, operation })
    if (free !== 0) expect((await gpu.memory()).free).toBe(free)
    await call(gpu)
  })

  const streamed: [string, (bed: Bed) => Promise<() => PromiseLike<unknown>>][] = [
    [
      'cudaStreamCreateWithPriority',
      async ({ gpu, stream }) => {
        const array = await gpu.alloc('u8', 8)
        return () => stream.fill(array, 1)
      },
    ],
    [
      'cudaMemcpyAsync',
      async ({ gpu, stream }) => {
        const [array, pinned] = [await gpu.alloc('u8', 8), await gpu.pinned('u8', 8)]
        return () => stream.copy(array, pinned)
      },
    ],
    [
      'cudaMemcpyAsync',
      async ({ gpu, stream }) => {
        const array = await gpu.alloc('u8', 8)
        return () => stream.copy(array, new Uint8Array(8))
      },
    ],
    [
      'cudaMemsetAsync',
      async ({ gpu, stream }) => {
        const array = await gpu.alloc('u8', 8)
        return () => stream.fill(array, 1)
      },
    ],
    [
      'histogram',
      async ({ gpu, stream }) => {
        const [counts, source] = [await gpu.alloc('u64', 256), await gpu.alloc('u8', 8)]
        return () => stream.histogram(counts, source)
      },
    ],
    [
      'cudaStreamWaitEvent',
      async ({ gpu, stream }) => {
        const [counts, source] = [await gpu.alloc('u64', 256), await gpu.alloc('u8', 8)]
        const other = gpu.stream()
        return () => {
          other.histogram(counts, source)
          return stream.wait(other).sync()
        }
      },
    ],
  ]

  it.each(streamed)('%s', async (operation, prepare) => {
    for (const stagePageable of [false, true]) {
      const slow: Fault = { operation: 'histogram', kind: 'slow', delay: 20, at: 1, times: 9 }
      const host = { stagePageable, faults: [slow] }
      const call = await prepare(await setUp(fail(operation, { number: 801 }), host))
      expectCudaError(await rejection(call()), { ...notSupported, operation })
      await call()
      await call()
    }
  })

  it('the ring for staged copies: the copy rejects, the next makes the ring', async () => {
    const { gpu, stream } = await setUp(fail('cudaMallocHost'), { stagePageable: true })
    const array = await gpu.alloc('u8', 8)
    expectCudaError(await rejection(stream.copy(array, new Uint8Array(8))), {
      ...outOfMemory,
      operation: 'cudaMallocHost',
    })
    await stream.copy(array, new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]))
    expect([...(await download(stream, array))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('several in a row, and then no more', async () => {
    const { gpu } = await setUp(fail('cudaMalloc', { at: 3, times: 4 }))
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => gpu.alloc('u8', 100)))
    const expected = Array.from({ length: 10 }, (_, i) => (i >= 2 && i < 6 ? 'rejected' : 'fulfilled'))
    expect(results.map(({ status }) => status)).toEqual(expected)
  })
})

describe('a call that fails and has nobody to tell', () => {
  const quiet = ['cudaFree', 'cudaFreeHost', 'cudaStreamDestroy', 'cudaEventDestroy']

  it.each(quiet)('%s leaves the device as good as it was', async (operation) => {
    const { gpu } = await setUp(fail(operation, { times: 100 }), { memoryLimit: 1 << 20 })
    for (let i = 0; i < 20; ++i) {
      const [array, pinned] = [await gpu.alloc('u8', 200_000), await gpu.pinned('u8', 200_000)]
      const [a, b] = [gpu.stream(), gpu.stream()]
      a.fill(array, i)
      b.wait(a).copy(pinned, array)
      await b.sync()
      expect(pinned.array.every((byte) => byte === i)).toBe(true)
      array.dispose()
      pinned.dispose()
      await a[Symbol.asyncDispose]()
      await b[Symbol.asyncDispose]()
    }
    expect((await gpu.memory()).free).toBe(1 << 20)
  })

  it('cudaEventCreateWithFlags only makes records fail, since work is known to be done without events', async () => {
    const faults = [fail('cudaEventCreateWithFlags', { times: 1000, number: 2 })]
    const gpu = await openHost({ faults }, { watchdog: 0 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 200_000)
    for (let i = 0; i < 5; ++i) await stream.fill(array, i)
    expect((await download(stream, array))[0]).toBe(4)
    stream.fill(array, 1)
    const event = stream.record()
    const error = await stream.sync().catch((reason) => reason)
    if (error !== undefined) expectCudaError(error, { ...outOfMemory, operation: 'cudaEventCreateWithFlags' })
    expect(event.done).toBe(true)
    await stream.sync()
  })
})
