import { type CudaError, type Fault, load, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { randomBytes } from './bytes.ts'
import { closed, expectCudaError, failure, rejection } from './failures.ts'
import { useAll } from './faults.ts'
import { closedLater, openHost } from './target.ts'

const path = tempFolder().file(randomBytes(3_000_000))

const illegalAddress = { number: 700, code: 'cudaErrorIllegalAddress' }
const dies = (operation: string, more: Partial<Fault> = {}): Fault => ({ operation, kind: 'sticky', ...more })
const never = { operation: 'cudaMemsetAsync', kind: 'slow', delay: 3_600_000 } as const

describe('a device that dies', () => {
  it('rejects everything that is pending, and settles device.lost with the reason', async () => {
    const gpu = await openHost({ faults: [never, dies('histogram')] })
    const [stuck, dying] = [gpu.stream(), gpu.stream()]
    const array = await gpu.alloc('u8', 16)
    const counts = await gpu.alloc('u64', 256)
    const pending = [
      ...Array.from({ length: 100 }, () => stuck.fill(array, 1).then()),
      stuck.copy(new Uint8Array(16), array).then(),
      stuck.sync(),
      dying.wait(gpu.stream()).histogram(counts, array).then(),
      dying.sync(),
    ]
    for (const result of await Promise.allSettled(pending)) {
      expectCudaError((result as PromiseRejectedResult).reason, illegalAddress)
    }
    expectCudaError(await gpu.lost, illegalAddress)
  })

  it('fails fast from then on, at whatever is asked of it', async () => {
    const gpu = await openHost({ faults: [dies('cudaMemsetAsync')] })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 16)
    const counts = await gpu.alloc('u64', 256)
    const event = stream.record()
    const reason = await rejection(stream.fill(array, 1))
    expectCudaError(reason, illegalAddress)
    expectCudaError(await gpu.lost, { ...illegalAddress, operation: (reason as CudaError).operation })
    const calls: [string, () => unknown][] = [
      ['alloc', () => gpu.alloc('u8', 1)],
      ['pinned', () => gpu.pinned('u8', 1)],
      ['memory', () => gpu.memory()],
      ['load', () => load(path, gpu)],
      ['fill', () => stream.fill(array, 1)],
      ['copy', () => stream.copy(array, new Uint8Array(16))],
      ['histogram', () => stream.histogram(counts, array)],
      ['sync', () => stream.sync()],
      ['another stream', () => gpu.stream().sync()],
      ['a wait', () => gpu.stream().wait(event).sync()],
      ['a record', () => gpu.stream().wait(stream.record(event)).sync()],
    ]
    for (const [name, call] of calls) {
      expect([name, ((await failure(call)) as CudaError).number]).toEqual([name, 700])
    }
    expect(gpu.closed).toBe(false)
  })

  it('has events that are done, so that nobody waits for them for ever', async () => {
    const gpu = await openHost({ faults: [never, dies('histogram')] })
    const [stuck, dying] = [gpu.stream(), gpu.stream()]
    const array = await gpu.alloc('u8', 16)
    stuck.fill(array, 1)
    const event = stuck.record()
    expect(event.done).toBe(false)
    await rejection(dying.histogram(await gpu.alloc('u64', 256), array))
    await gpu.lost
    await rejection(stuck.sync())
    expect(event.done).toBe(true)
  })

  it('can be closed, which keeps the reason, and opened anew', async () => {
    const gpu = await openHost({ faults: [dies('cudaMemsetAsync', { number: 719 })] })
    const array = await gpu.alloc('u8', 16)
    await rejection(gpu.stream().fill(array, 1))
    await gpu.close()
    expectCudaError(await gpu.lost, { number: 719, code: 'cudaErrorLaunchFailure' })
    expectCudaError(await failure(() => gpu.alloc('u8', 1)), closed)
    array.dispose()
    const next = await openHost()
    await next.stream().fill(await next.alloc('u8', 16), 1)
    expect(usage().devices).toBe(1)
  })

  it('does not take others with it', async () => {
    const [gpu, other] = [await openHost({ faults: [dies('cudaMemsetAsync')] }), await openHost()]
    const theirs = await other.alloc('u8', 16)
    await rejection(gpu.stream().fill(await gpu.alloc('u8', 16), 1))
    await other.stream().fill(theirs, 1)
  })

  it('of a number that no table knows says the number', async () => {
    const gpu = await openHost({ faults: [dies('cudaMemsetAsync', { number: 7777 })] })
    const error = await rejection(gpu.stream().fill(await gpu.alloc('u8', 16), 1))
    expectCudaError(error, { number: 7777, code: 'cudaError7777' })
    expectCudaError(await gpu.lost, { number: 7777 })
  })

  it('also dies of a call that fails with a sticky number', async () => {
    const fault = { operation: 'cudaMemcpyAsync', kind: 'fail', number: 700 } as const
    const gpu = await openHost({ faults: [fault] })
    const stream = gpu.stream()
    const [a, b] = [await gpu.alloc('u8', 16), await gpu.alloc('u8', 16)]
    expectCudaError(await rejection(stream.copy(a, b)), illegalAddress)
    expectCudaError(await gpu.lost, { ...illegalAddress, operation: 'cudaMemcpyAsync' })
    expectCudaError(await rejection(stream.copy(a, b)), illegalAddress)
  })
})

describe('a device that dies at one of its calls', () => {
  const calls = [
    'cudaMalloc',
    'cudaMallocHost',
    'cudaFree',
    'cudaMemGetInfo',
    'cudaStreamCreateWithPriority',
    'cudaStreamQuery',
    'cudaStreamWaitEvent',
    'cudaEventCreateWithFlags',
    'cudaEventRecord',
    'cudaEventQuery',
    'cudaMemcpyAsync',
    'cudaMemsetAsync',
    'histogram',
  ]

  it.each(calls)('%s: settles everything and says so', async (operation) => {
    const gpu = closedLater(await open('host', { host: { faults: [dies(operation)] } }))
    const results = await useAll(gpu, path)
    for (const result of results) {
      if (result.status === 'rejected') expectCudaError(result.reason, illegalAddress)
    }
    // What dies in the end leaves nothing to reject.
    await useAll(gpu, path)
    expectCudaError(await gpu.lost, illegalAddress)
    expectCudaError(await failure(() => gpu.memory()), illegalAddress)
  })

  it('cudaSetDevice: does not open', async () => {
    expectCudaError(
      await rejection(open('host', { host: { faults: [dies('cudaSetDevice')] } })),
      illegalAddress,
    )
  })
})
