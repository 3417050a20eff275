import { constants } from 'node:buffer'
import { DeviceArray, type Dtype, PinnedArray } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { download, dtypes, randomBytes, sameBytes } from './bytes.ts'
import { outOfRange, thrown, wrongType, wrongValue } from './failures.ts'
import { onEachDevice } from './target.ts'

onEachDevice('alloc and pinned', (target) => {
  it.each(dtypes)('make arrays of %s', async (dtype, { BYTES_PER_ELEMENT }) => {
    const gpu = await target.open()
    const arrays = [await gpu.alloc(dtype, 10), await gpu.pinned(dtype, 10)]
    for (const array of arrays) {
      expect(array).toMatchObject({ dtype, length: 10, byteLength: 10 * BYTES_PER_ELEMENT, disposed: false })
    }
    expect(arrays[0]).toBeInstanceOf(DeviceArray)
    expect(arrays[1]).toBeInstanceOf(PinnedArray)
  })

  it.each(dtypes)('show pinned %s as the typed array for it', async (dtype, arrayType) => {
    const gpu = await target.open()
    const { array } = await gpu.pinned(dtype, 10)
    expect(array.constructor).toBe(arrayType)
    expect([array.length, array.byteOffset]).toEqual([10, 0])
  })

  it('make arrays of length 0, which can be used', async () => {
    const gpu = await target.open()
    const stream = gpu.stream()
    const [device, pinned] = [await gpu.alloc('f64', 0), await gpu.pinned('f64', 0)]
    const counts = await gpu.alloc('u64', 256)
    const bytes = await gpu.alloc('u8', 0)
    expect([device.length, device.byteLength, pinned.array.length]).toEqual([0, 0, 0])
    stream.copy(device, pinned).catch(() => undefined)
    stream.copy(pinned, device)
    stream.fill(device, 1)
    stream.fill(counts, 0n)
    await stream.histogram(counts, bytes)
    expect((await download(stream, counts)).every((byte) => byte === 0)).toBe(true)
    device.dispose()
    pinned.dispose()
  })

  it('make each array its own memory', async () => {
    const { gpu, stream } = await target.stream()
    const contents = Array.from({ length: 40 }, (_, i) => randomBytes(1000 * i + 1, i + 1))
    const arrays = await Promise.all(contents.map((bytes) => gpu.alloc('u8', bytes.length)))
    for (const [i, bytes] of contents.entries()) stream.copy(arrays[i] as DeviceArray, bytes)
    for (const [i, bytes] of contents.entries()) {
      expect(sameBytes(await download(stream, arrays[i] as DeviceArray), bytes)).toBe(true)
    }
  })

  it('take 10,000 at once', async () => {
    const gpu = await target.open()
    const arrays = await Promise.all(Array.from({ length: 10_000 }, (_, i) => gpu.alloc('u16', (i % 64) + 1)))
    expect(arrays.every(({ length }, i) => length === (i % 64) + 1)).toBe(true)
    for (const array of arrays) array.dispose()
    await gpu.memory()
  })

  describe.each(['alloc', 'pinned'] as const)('%s', (call) => {
    const attempt = async (dtype: unknown, length: unknown) => {
      const gpu = await target.open()
      return thrown(() => gpu[call](dtype as Dtype, length as number))
    }

    it.each(['u7', '', 'U8', 'float32', 'constructor', '__proto__', null, undefined, 1, Uint8Array, ['u8']])(
      'may not be of dtype %o',
      async (dtype) => expect(await attempt(dtype, 1)).toMatchObject(wrongValue),
    )

    it.each([undefined, null, '1', {}, [1], true, 1n])('may not have length %o', async (length) =>
      expect(await attempt('u8', length)).toMatchObject(wrongType),
    )

    it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
      'may not have length %o',
      async (length) => expect(await attempt('u8', length)).toMatchObject(outOfRange),
    )

    it('may not have an unsafe number of bytes', async () => {
      expect(await attempt('f64', 2 ** 50)).toMatchObject(outOfRange)
    })
  })

  it('make pinned arrays that JavaScript can see, and no larger ones', async () => {
    const gpu = await target.open()
    const tooMany = Math.floor(constants.MAX_LENGTH / 8) + 1
    expect(thrown(() => gpu.pinned('f64', tooMany))).toMatchObject(outOfRange)
  })
})
