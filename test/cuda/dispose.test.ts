import { DeviceArray, type PinnedArray } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { randomBytes, sameBytes } from './bytes.ts'
import { thrown } from './failures.ts'
import { onEachDevice } from './target.ts'

onEachDevice('dispose', (target) => {
  describe.each(['alloc', 'pinned'] as const)('of an array from %s', (make) => {
    it('shows on it and on its slices', async () => {
      const array = await (await target.open())[make]('u8', 10)
      const slice = array.slice(2, 4)
      expect([array.disposed, slice.disposed]).toEqual([false, false])
      array.dispose()
      expect([array.disposed, slice.disposed]).toEqual([true, true])
      array[Symbol.dispose]()
      expect(array.disposed).toBe(true)
    })

    it('does nothing on a slice', async () => {
      const array = await (await target.open())[make]('u8', 10)
      const slice = array.slice(2, 4)
      slice.dispose()
      slice[Symbol.dispose]()
      expect([array.disposed, slice.disposed]).toEqual([false, false])
    })

    it('makes its use an error that names the argument', async () => {
      const { gpu, stream } = await target.stream()
      const array = await gpu[make]('u8', 8)
      const slice = array.slice(0, 4)
      array.dispose()
      const other = await gpu.alloc('u8', 8)
      const disposed = (name: string) => ({
        name: 'HeddleError',
        code: 'ERR_HEDDLE_DISPOSED',
        message: `"${name}" was disposed of and can't be used any more`,
      })
      expect(thrown(() => stream.copy(other, array))).toMatchObject(disposed('source'))
      expect(thrown(() => stream.copy(array, other))).toMatchObject(disposed('destination'))
      expect(thrown(() => stream.copy(other.slice(0, 4), slice))).toMatchObject(disposed('source'))
      if (!(array instanceof DeviceArray)) return
      const counts = await gpu.alloc('u64', 256)
      expect(thrown(() => stream.fill(array, 1))).toMatchObject(disposed('destination'))
      expect(thrown(() => stream.histogram(counts, array))).toMatchObject(disposed('source'))
      counts.dispose()
      expect(thrown(() => stream.histogram(counts, other))).toMatchObject(disposed('counts'))
    })
  })

  it('detaches the view of a pinned array, and those of its slices', async () => {
    const pinned = await (await target.open()).pinned('f32', 1000)
    const slice = pinned.slice(10, 20)
    const { buffer } = pinned.array
    pinned.dispose()
    expect([pinned.array.length, slice.array.length, buffer.byteLength]).toEqual([0, 0, 0])
    expect(pinned.array[0]).toBeUndefined()
  })

  it('is needed to detach the view of a pinned array: it does not go to another thread', async () => {
    const { gpu, stream } = await target.stream()
    const pinned = await gpu.pinned('u8', 16)
    pinned.array.fill(5)
    const array = await gpu.alloc('u8', 16)
    // Node refuses, or copies.
    try {
      structuredClone(pinned.array, { transfer: [pinned.array.buffer as ArrayBuffer] })
    } catch (error) {
      expect(error).toMatchObject({ name: 'DataCloneError' })
    }
    stream.copy(array, pinned)
    const bytes = new Uint8Array(16)
    await stream.copy(bytes, array)
    expect(bytes.every((byte) => byte === 5)).toBe(true)
    pinned.dispose()
  })

  it('makes the view of a pinned array no source any more', async () => {
    const { gpu, stream } = await target.stream()
    const pinned = await gpu.pinned('u8', 16)
    const array = await gpu.alloc('u8', 16)
    pinned.dispose()
    expect(thrown(() => stream.copy(array, pinned.array))).toMatchObject({ code: 'ERR_HEDDLE_DETACHED' })
  })

  it.each([16, 4 << 20])('waits for operations with the memory: copies of %i bytes', async (length) => {
    const { gpu, stream } = await target.stream()
    const bytes = randomBytes(length)
    const result = await gpu.pinned('u8', length)
    for (let i = 0; i < 20; ++i) {
      const [pinned, a, b] = await Promise.all([
        gpu.pinned('u8', length),
        gpu.alloc('u8', length),
        gpu.alloc('u8', length),
      ])
      pinned.array.set(bytes)
      stream.copy(a, pinned)
      stream.copy(b, a)
      stream.copy(result, b)
      for (const array of [pinned, a, b]) array.dispose()
      await stream.sync()
      expect(sameBytes(result.array, bytes)).toBe(true)
      result.array.fill(0)
    }
  })

  it('in one turn with the next allocation does not mix them up', async () => {
    const { gpu, stream } = await target.stream()
    const arrays: (DeviceArray | PinnedArray)[] = []
    for (let i = 0; i < 50; ++i) {
      const next = gpu.alloc('u8', 256)
      arrays.pop()?.dispose()
      arrays.push(await next)
      await stream.fill(arrays[0] as DeviceArray<'u8'>, i)
      const bytes = new Uint8Array(256)
      await stream.copy(bytes, arrays[0] as DeviceArray<'u8'>)
      expect(bytes.every((byte) => byte === i)).toBe(true)
    }
  })
})
