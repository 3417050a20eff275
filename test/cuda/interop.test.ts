import { CudaError, type DLPackTensor, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { collect } from '../fixtures/collect.ts'
import { closed, rejection, thrown, wrongType, wrongValue } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('what other addons get', (target) => {
  it('a stream has a handle of its own, the same each time', async () => {
    const { gpu, stream } = await target.stream()
    const handle = await stream.handle()
    expect(typeof handle).toBe('bigint')
    expect(handle).not.toBe(0n)
    expect(await stream.handle()).toBe(handle)
    expect(await gpu.stream().handle()).not.toBe(handle)
  })

  it('an array has an address, and a slice one inside it', async () => {
    const gpu = await target.open()
    const array = await gpu.alloc('f32', 100)
    expect(array.pointer).toBeGreaterThan(0n)
    expect(array.slice(10).pointer).toBe(array.pointer + 40n)
    array.dispose()
    expect(thrown(() => array.pointer)).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
  })

  it('an array of a device that closed has none any more, but for pinned memory', async () => {
    const gpu = await target.open()
    const [array, pinned] = [await gpu.alloc('u8', 100), await gpu.pinned('u8', 100)]
    const { pointer } = pinned
    await gpu.close()
    expect(thrown(() => array.pointer)).toMatchObject(closed)
    expect(thrown(() => array.dlpack())).toMatchObject(closed)
    expect(pinned.pointer).toBe(pointer)
  })

  it('an array describes itself as DLPack does', async () => {
    const gpu = await target.open()
    const array = (await gpu.alloc('bf16', 6)).slice(2)
    const place = target.id === 'host' ? { type: 1, id: 0 } : { type: 2, id: target.id }
    expect(array.dlpack()).toEqual({
      data: array.pointer,
      device: place,
      dtype: { code: 4, bits: 16, lanes: 1 },
      shape: [4],
      strides: [1],
      byteOffset: 0,
    })
    const pinned = await gpu.pinned('i64', 2)
    expect(pinned.dlpack()).toMatchObject({
      device: target.id === 'host' ? place : { type: 3, id: 0 },
      dtype: { code: 0, bits: 64 },
    })
  })
})

onEachDevice("other people's memory", (target) => {
  it('is read and written like our own', async () => {
    const { gpu, stream } = await target.stream()
    const owner = await gpu.alloc('u32', 8)
    const wrapped = gpu.wrap({ ...owner.dlpack(), shape: [2, 2], strides: [2, 1], byteOffset: 16 })
    expect(wrapped.dtype).toBe('u32')
    expect(wrapped.length).toBe(4)
    expect(wrapped.pointer).toBe(owner.pointer + 16n)
    stream.fill(owner, 1)
    stream.copy(wrapped, Uint32Array.of(5, 6, 7, 8))
    const seen = new Uint32Array(8)
    await stream.copy(seen, owner)
    expect([...seen]).toEqual([1, 1, 1, 1, 5, 6, 7, 8])
  })

  it('is released once, after the last operation that used it', async () => {
    const { gpu, stream } = await target.stream()
    const owner = await gpu.alloc('u8', 4 << 20)
    let releases = 0
    await new Promise<void>((resolve) => {
      const wrapped = gpu.wrap(owner.dlpack(), {
        release: () => {
          ++releases
          resolve()
        },
      }) as typeof owner
      stream.fill(wrapped, 3)
      wrapped.dispose()
      wrapped.dispose()
    })
    // It was released, so the fill is done: what comes on another stream, with nothing to order them, sees it.
    const seen = new Uint8Array(owner.length)
    await gpu.stream().copy(seen, owner)
    expect(seen.every((byte) => byte === 3)).toBe(true)
    expect(releases).toBe(1)
  })

  it('must be described rightly', async () => {
    const gpu = await target.open()
    const tensor = (await gpu.alloc('f32', 4)).dlpack()
    const wrong: [Partial<DLPackTensor>, object][] = [
      [{ data: 5 as unknown as bigint }, wrongType],
      [{ data: 0n }, wrongValue],
      [{ data: tensor.data + 1n }, wrongValue],
      [{ device: { type: 7, id: 0 } }, wrongValue],
      [{ device: { ...tensor.device, id: 99 } }, wrongValue],
      [{ dtype: { code: 2, bits: 32, lanes: 4 } }, wrongValue],
      [{ dtype: { code: 5, bits: 128, lanes: 1 } }, wrongValue],
      [{ shape: [2, 2], strides: [1, 2] }, wrongValue],
      [{ shape: [2, 2], strides: [1] }, wrongType],
      [{ shape: [-1] }, { name: 'RangeError' }],
      [{ byteOffset: 0.5 }, { name: 'RangeError' }],
    ]
    for (const [change, error] of wrong)
      expect(
        thrown(() => gpu.wrap({ ...tensor, ...change })),
        JSON.stringify(change, String),
      ).toMatchObject(error)
  })
})

describe('handles and wrapped memory at their ends', () => {
  it('a closed device gives none', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    await gpu.close()
    expect(thrown(() => stream.handle())).toMatchObject(closed)
    expect(thrown(() => gpu.wrap({} as DLPackTensor))).toMatchObject(closed)
  })

  it('the handle of a stream that cannot be made rejects', async () => {
    const faults = [{ operation: 'cudaStreamCreateWithPriority', kind: 'fail' } as const]
    const gpu = await openHost({ faults })
    const stream = gpu.stream()
    const error = await rejection(stream.handle())
    expect(error).toBeInstanceOf(CudaError)
    expect(error).toMatchObject({ operation: 'cudaStreamCreateWithPriority' })
    expect(await stream.handle()).not.toBe(0n)
  })

  it('wrapped memory that is dropped is released when it is collected', async () => {
    const gpu = await openHost()
    const owner = await gpu.alloc('u8', 64)
    let released = false
    ;(() => {
      gpu.wrap(owner.dlpack(), {
        release: () => {
          released = true
        },
      })
    })()
    while (!released) await collect()
  })

  it('wrapped memory outlives its device without a release or a crash', async () => {
    const gpu = await open('host')
    const other = await openHost()
    const owner = await other.alloc('u8', 64)
    let releases = 0
    const wrapped = gpu.wrap(owner.dlpack(), {
      release: () => {
        ++releases
      },
    })
    await gpu.close()
    expect(releases).toBe(0)
    wrapped.dispose()
    await other.stream().sync()
    expect(releases).toBe(1)
  })
})
