import type { DeviceArray, Dtype, Stream } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { download, dtypes, sameBytes } from './bytes.ts'
import { thrown, wrongType } from './failures.ts'
import { onEachDevice } from './target.ts'

const numbers = [
  0,
  -0,
  1,
  -1,
  1.9,
  -1.9,
  127.5,
  128,
  255,
  256,
  -129,
  65_535,
  65_536,
  -32_769,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  1e300,
  -1e-40,
  5e-324,
  0.1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
]
const bigints = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  2n ** 32n + 5n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n + 7n,
]

const isBig = (dtype: Dtype) => dtype === 'u64' || dtype === 'i64'
// The values of a table are of the type that the dtype takes.
const fill = (stream: Stream, array: DeviceArray, value: number | bigint) =>
  stream.fill(array as DeviceArray<'f64'>, value as number)

onEachDevice('fill', (target) => {
  describe.each(dtypes)('of %s', (dtype, arrayType) => {
    it('sets each element, as a typed array would', async () => {
      const { gpu, stream } = await target.stream()
      const array = await gpu.alloc(dtype, 33)
      for (const value of isBig(dtype) ? bigints : numbers) {
        const expected = new arrayType(33) as Float64Array
        expected.fill(value as number)
        fill(stream, array, value)
        expect(sameBytes(await download(stream, array), expected), String(value)).toBe(true)
      }
    })

    it('sets the elements of a slice and no others', async () => {
      const { gpu, stream } = await target.stream()
      const [before, after] = isBig(dtype) ? [3n, 2n ** 40n + 99n] : [3, 77]
      for (const length of [1, 2, 1001, 70_001]) {
        const array = await gpu.alloc(dtype, length + 8)
        const expected = new arrayType(length + 8) as Float64Array
        expected.fill(before as number)
        expected.fill(after as number, 3, 3 + length)
        fill(stream, array, before)
        fill(stream, array.slice(3, 3 + length), after)
        expect(sameBytes(await download(stream, array), expected)).toBe(true)
      }
    })

    it('takes no other type of value', async () => {
      const { gpu, stream } = await target.stream()
      const array = await gpu.alloc(dtype, 1)
      const wrong = [undefined, null, '1', true, {}, [1], isBig(dtype) ? 1 : 1n]
      for (const value of wrong) {
        expect(thrown(() => fill(stream, array, value as number))).toMatchObject(wrongType)
      }
    })
  })

  it('of 16-bit floats takes their bits', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('f16', 3)
    stream.fill(array, 0x3c00)
    expect([...new Uint16Array((await download(stream, array)).buffer)]).toEqual([0x3c00, 0x3c00, 0x3c00])
  })

  it('is of device memory only', async () => {
    const { gpu, stream } = await target.stream()
    const pinned = await gpu.pinned('u8', 4)
    for (const other of [pinned, pinned.array, new Uint8Array(4), undefined, null, {}]) {
      expect(thrown(() => stream.fill(other as unknown as DeviceArray<'u8'>, 0))).toMatchObject(wrongType)
    }
  })

  it('of nothing does nothing', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    stream.fill(array, 9)
    await stream.fill(array.slice(2, 2), 1)
    expect([...(await download(stream, array))]).toEqual([9, 9, 9, 9])
  })

  it('is not of memory of another device', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const array = await a.alloc('u8', 4)
    expect(thrown(() => b.stream().fill(array, 0))).toMatchObject({ code: 'ERR_HEDDLE_DEVICE' })
  })
})
