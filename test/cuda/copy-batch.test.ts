import { describe, expect, it } from 'vitest'
import { randomBytes, sameBytes } from './bytes.ts'
import { failure, outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('copyBatch', (target) => {
  it('copies between any memory, all of it', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 500_000)
    const pinned = await gpu.pinned('u8', 100_000)
    const sources = Array.from({ length: 50 }, (_, i) => randomBytes(10_000, i + 1))
    pinned.array.set(sources[0] as Uint8Array)
    const part = (i: number) => array.slice(i * 10_000, (i + 1) * 10_000)
    stream.copyBatch([
      { destination: part(0), source: pinned.slice(0, 10_000) },
      ...sources.slice(1).map((source, i) => ({ destination: part(i + 1), source })),
    ])
    const results = sources.map(() => new Uint8Array(10_000))
    await stream.copyBatch(results.map((destination, i) => ({ destination, source: part(i) })))
    expect(results.every((bytes, i) => sameBytes(bytes, sources[i] as Uint8Array))).toBe(true)
  })

  it('is in the order of its stream', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b] = [await gpu.alloc('u8', 200_000), await gpu.alloc('u8', 200_000)]
    const bytes = new Uint8Array(200_000)
    stream.fill(a, 3)
    stream.copyBatch([{ destination: b, source: a }])
    stream.fill(a, 4)
    await stream.copy(bytes, b)
    expect(bytes.every((byte) => byte === 3)).toBe(true)
  })

  it('takes an empty list, and empty arrays', async () => {
    const { gpu, stream } = await target.stream()
    await stream.copyBatch([])
    const none = (await gpu.alloc('u8', 1)).slice(0, 0)
    await stream.copyBatch([{ destination: none, source: none }])
  })

  it('checks all before it begins with any', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const [good, gone] = [new Uint8Array(4).fill(7), await gpu.alloc('u8', 4)]
    gone.dispose()
    const batch = (item: unknown) =>
      thrown(() => stream.copyBatch([{ destination: array, source: good }, item as never]))
    await stream.fill(array, 1)
    expect(batch({ destination: array, source: new Uint8Array(5) })).toMatchObject(outOfRange)
    expect(batch({ destination: gone, source: good })).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
    expect(batch({ destination: array })).toMatchObject(wrongType)
    expect(batch(null)).toMatchObject(wrongType)
    expect(thrown(() => stream.copyBatch({} as never))).toMatchObject(wrongType)
    const bytes = new Uint8Array(4)
    await stream.copy(bytes, array)
    expect([...bytes]).toEqual([1, 1, 1, 1])
  })
})

describe('copyBatch, when it fails', () => {
  it('says how much it was', async () => {
    const gpu = await openHost({ faults: [{ operation: 'cudaMemcpyBatchAsync', kind: 'fail' }] })
    const array = await gpu.alloc('u8', 8)
    const items = [0, 4].map((at) => ({ destination: array.slice(at, at + 4), source: new Uint8Array(4) }))
    expect(await failure(() => gpu.stream().copyBatch(items))).toMatchObject({
      operation: 'cudaMemcpyBatchAsync',
      arguments: 'copies=2 bytes=8',
    })
  })
})
