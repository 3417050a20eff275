import type { Fault } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp.ts'
import { download, randomBytes } from './bytes.ts'
import { closed, expectCudaError, rejection } from './failures.ts'
import { openHost } from './target.ts'

const path = tempFolder().file(randomBytes(3_000_000))

const lost = { number: -2, code: 'heddleErrorLostCompletion' }
const loses = (more: Partial<Fault> = {}): Fault => ({
  operation: 'cudaEventRecord',
  kind: 'lostCompletion',
  ...more,
})

describe('a completion that is lost', () => {
  it('is found by the watchdog: the operation rejects, though its work was done', async () => {
    const gpu = await openHost({ faults: [loses()] }, { watchdog: 20 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 16)
    expectCudaError(await rejection(stream.fill(array, 5)), { ...lost, operation: 'cudaEventQuery' })
    expect((await download(stream, array)).every((byte) => byte === 5)).toBe(true)
    await stream.sync()
  })

  it('is no fault of the device, nor of other streams', async () => {
    const gpu = await openHost({ faults: [loses()] }, { watchdog: 20 })
    const [a, b] = [gpu.stream(), gpu.stream()]
    const array = await gpu.alloc('u8', 16)
    const first = rejection(a.fill(array, 5))
    await b.sync()
    expectCudaError(await first, lost)
    await gpu.alloc('u8', 16)
    await Promise.all([a.sync(), b.sync()])
  })

  it('is found each time', async () => {
    const gpu = await openHost({ faults: [loses({ at: 2, times: 5 })] }, { watchdog: 10 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 16)
    const results: string[] = []
    for (let i = 0; i < 8; ++i)
      results.push((await stream.fill(array, i).then(() => 'ok', String)).slice(0, 40))
    expect(results.filter((result) => result === 'ok')).toHaveLength(3)
  })

  it('is found among many that are pending', async () => {
    const gpu = await openHost({ faults: [loses({ at: 50 })] }, { watchdog: 20 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 16)
    const settled = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => stream.fill(array, i)))
    const rejected = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(rejected).toHaveLength(1)
    expectCudaError(rejected[0], lost)
  })

  it('of a record comes out at the next operation, and the event is done', async () => {
    const gpu = await openHost({ faults: [loses()] }, { watchdog: 20 })
    const stream = gpu.stream()
    const event = stream.record()
    expectCudaError(await rejection(stream.sync()), lost)
    expect(event.done).toBe(true)
  })

  it('of a load makes it reject', async () => {
    const gpu = await openHost({ faults: [loses({ at: 3 })] }, { watchdog: 20 })
    const { load } = await import('heddle/cuda')
    expectCudaError(await rejection(load(path, gpu)), lost)
    await load(path, gpu)
  })

  it('is not looked for when the watchdog is off, but does not keep the device from closing', async () => {
    const gpu = await openHost({ faults: [loses()] }, { watchdog: 0, closeTimeout: 3_600_000 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 16)
    const settled = rejection(stream.fill(array, 1))
    await stream.device.memory()
    await gpu.close()
    expect([lost.code, closed.code]).toContain(((await settled) as { code: string }).code)
  })
})

describe('work that takes longer than the watchdog', () => {
  it.each(['cudaMemsetAsync', 'cudaMemcpyAsync', 'histogram', 'cudaEventRecord', 'cudaStreamWaitEvent'])(
    'is left alone: %s',
    async (operation) => {
      for (const stagePageable of [false, true]) {
        const faults: Fault[] = [{ operation, kind: 'slow', delay: 100, times: 2 }]
        const gpu = await openHost({ faults, stagePageable }, { watchdog: 5 })
        const [stream, other] = [gpu.stream(), gpu.stream()]
        const [array, counts] = [await gpu.alloc('u8', 200_000), await gpu.alloc('u64', 256)]
        stream.fill(counts, 0n)
        stream.fill(array, 1)
        other.wait(stream)
        other.histogram(counts, array)
        stream.wait(other)
        const got = await download(stream, counts)
        expect(new BigUint64Array(got.buffer)[1]).toBe(200_000n)
        await other.sync()
      }
    },
  )
})
