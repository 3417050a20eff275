import { DeviceArray, PinnedArray } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { download, dtypes, randomBytes, sameBytes } from './bytes.ts'
import { outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice } from './target.ts'

onEachDevice('slice', (target) => {
  it('of an array that was disposed of is refused, and so is another view of it', async () => {
    const gpu = await target.open()
    for (const array of [await gpu.alloc('u32', 10), await gpu.pinned('u32', 10)]) {
      array.dispose()
      for (const view of [() => array.slice(), () => array.reinterpret('u8')])
        expect(thrown(view)).toMatchObject({ name: 'HeddleError', code: 'ERR_HEDDLE_DISPOSED' })
    }
  })

  it.each(dtypes)(
    'of %s is the elements from start up to end',
    async (dtype, { BYTES_PER_ELEMENT: width }) => {
      const { gpu, stream } = await target.stream()
      const [device, pinned] = [await gpu.alloc(dtype, 100), await gpu.pinned(dtype, 100)]
      const bytes = randomBytes(100 * width)
      stream.copy(device, bytes)
      await stream.copy(pinned, device)
      for (const [start, end] of [
        [0, 100],
        [0, 1],
        [99, 100],
        [7, 42],
      ] as const) {
        const expected = bytes.subarray(start * width, end * width)
        const slice = pinned.slice(start, end)
        expect([slice.length, slice.array.length]).toEqual([end - start, end - start])
        expect(sameBytes(slice.array, expected)).toBe(true)
        expect(sameBytes(await download(stream, device.slice(start, end)), expected)).toBe(true)
      }
    },
  )

  it('of a slice counts from where that begins', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u16', 100)
    await stream.copy(
      array,
      Uint16Array.from({ length: 100 }, (_, i) => i),
    )
    const inner = array.slice(10, 60).slice(5).slice(1, 4)
    expect([...new Uint16Array((await download(stream, inner)).buffer)]).toEqual([16, 17, 18])
  })

  it('without arguments is the whole, and may be empty anywhere', async () => {
    const gpu = await target.open()
    for (const array of [await gpu.alloc('f32', 10), await gpu.pinned('f32', 10)]) {
      expect(array.slice()).toMatchObject({ length: 10, dtype: 'f32' })
      expect(array.slice(4)).toMatchObject({ length: 6 })
      for (const at of [0, 5, 10]) expect(array.slice(at, at)).toMatchObject({ length: 0, byteLength: 0 })
      expect(array.slice().constructor).toBe(array instanceof PinnedArray ? PinnedArray : DeviceArray)
    }
  })

  it.each([
    [-1, 5],
    [11, 11],
    [0, 11],
    [6, 5],
    [0.5, 5],
    [0, 4.5],
    [Number.NaN, 5],
    [0, Number.POSITIVE_INFINITY],
  ])('may not go from %d to %d of 10', async (start, end) => {
    const gpu = await target.open()
    for (const array of [await gpu.alloc('u8', 10), await gpu.pinned('u8', 10)]) {
      expect(thrown(() => array.slice(start, end))).toMatchObject(outOfRange)
    }
  })

  it.each(['0', null, 0n, {}])('may not begin at %o', async (start) => {
    const array = await (await target.open()).alloc('u8', 10)
    expect(thrown(() => array.slice(start as number))).toMatchObject(wrongType)
  })

  it('of a pinned slice sees what is written to the whole', async () => {
    const pinned = await (await target.open()).pinned('i32', 10)
    pinned.array.set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const slice = pinned.slice(2, 5)
    pinned.array[3] = 400
    expect([...slice.array]).toEqual([3, 400, 5])
  })
})
