import { CudaError, type DeviceArray } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { rejection } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const KiB = 1024

onEachDevice('memory', (target) => {
  it('that is not there is an error that says what was asked for', async () => {
    const gpu = await target.open()
    const { total } = await gpu.memory()
    const error = (await rejection(gpu.alloc('u8', 4 * total))) as CudaError
    expect(error).toBeInstanceOf(CudaError)
    expect(error).toMatchObject({
      name: 'CudaError',
      number: 2,
      code: 'cudaErrorMemoryAllocation',
      operation: 'cudaMalloc',
    })
    const numbers = /^bytes=(\d+) free=(\d+) total=(\d+)$/.exec(error.arguments)?.slice(1).map(Number)
    expect(numbers?.[0]).toBe(4 * total)
    expect(numbers?.[1]).toBeLessThanOrEqual(total)
    expect(numbers?.[2]).toBe(total)
    expect(error.message).toContain(error.arguments)
    expect(error.stack).toContain('memory-limit.test.ts')
  })

  it('that is not there leaves the device as it was', async () => {
    const gpu = await target.open()
    const { total } = await gpu.memory()
    await rejection(gpu.alloc('f64', total))
    const array = await gpu.alloc('u8', KiB)
    await gpu.stream().fill(array, 1)
  })

  it('beyond all bounds is not there', async () => {
    const gpu = await target.open()
    for (const length of [Number.MAX_SAFE_INTEGER, 2 ** 52, 2 ** 48]) {
      expect(await rejection(gpu.alloc('u8', length))).toMatchObject({ code: 'cudaErrorMemoryAllocation' })
    }
  })
})

describe('memory of the host device', () => {
  it('goes down with alloc and up again with dispose', async () => {
    const gpu = await openHost({ memoryLimit: 100 * KiB })
    const free = async () => (await gpu.memory()).free / KiB
    const a = await gpu.alloc('u8', 60 * KiB)
    expect(await free()).toBe(40)
    const b = await gpu.alloc('u32', 10 * KiB)
    expect(await free()).toBe(0)
    a.dispose()
    expect(await free()).toBe(60)
    b.dispose()
    expect(await free()).toBe(100)
  })

  it('is used up to the last byte, and no further', async () => {
    const gpu = await openHost({ memoryLimit: 100 * KiB })
    const whole = await gpu.alloc('u8', 100 * KiB)
    expect(await rejection(gpu.alloc('u8', 1))).toMatchObject({
      arguments: `bytes=1 free=0 total=${100 * KiB}`,
    })
    whole.dispose()
    ;(await gpu.alloc('u8', 100 * KiB)).dispose()
    expect(await rejection(gpu.alloc('u8', 100 * KiB + 1))).toMatchObject({
      arguments: `bytes=${100 * KiB + 1} free=${100 * KiB} total=${100 * KiB}`,
    })
  })

  it('comes back when the last operation with it is done', async () => {
    const gpu = await openHost({
      memoryLimit: 100 * KiB,
      faults: [{ operation: 'cudaMemsetAsync', kind: 'slow', delay: 100 }],
    })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 60 * KiB)
    const filled = stream.fill(array, 1).then()
    array.dispose()
    expect((await gpu.memory()).free).toBe(40 * KiB)
    await filled
    expect((await gpu.memory()).free).toBe(100 * KiB)
  })

  it('is not given back by slices', async () => {
    const gpu = await openHost({ memoryLimit: 100 * KiB })
    const array = await gpu.alloc('u8', 100 * KiB)
    array.slice(0, 10).dispose()
    expect((await gpu.memory()).free).toBe(0)
    array.dispose()
    array.dispose()
    expect((await gpu.memory()).free).toBe(100 * KiB)
  })

  it('is not taken by pinned arrays', async () => {
    const gpu = await openHost({ memoryLimit: 100 * KiB })
    await gpu.pinned('u8', 200 * KiB)
    expect((await gpu.memory()).free).toBe(100 * KiB)
  })

  it('ends for some of many that ask at once, and is whole afterwards', async () => {
    const gpu = await openHost({ memoryLimit: 100 * KiB })
    const results = await Promise.allSettled(Array.from({ length: 300 }, () => gpu.alloc('u8', KiB)))
    const got = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(got.length).toBe(100)
    for (const array of got as DeviceArray[]) array.dispose()
    expect((await gpu.memory()).free).toBe(100 * KiB)
  })
})
