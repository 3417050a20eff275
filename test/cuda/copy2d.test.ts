import type { Pitched } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { dtypes, randomBytes } from './bytes.ts'
import { outOfRange, thrown, wrongType } from './failures.ts'
import { bytesOf, makePlace, places, scramble } from './places.ts'
import { onEachDevice, openHost } from './target.ts'

const u8 = dtypes[0] as (typeof dtypes)[0]

/** Rows as they should be: the destination as it was, with the source's rows in it. */
function expected(
  to: Uint8Array,
  from: Uint8Array,
  [toPitch, fromPitch, width, height]: number[],
): Uint8Array {
  const result = to.slice()
  for (let row = 0; row < (height as number); ++row) {
    const begin = row * (fromPitch as number)
    result.set(from.subarray(begin, begin + (width as number)), row * (toPitch as number))
  }
  return result
}

onEachDevice('copy2d', (target) => {
  for (const to of places) {
    it.each(places)(`copies rows to ${to} memory from %s`, async (from) => {
      const { gpu, stream } = await target.stream()
      for (const shape of [
        [100, 70, 50, 40],
        [64, 64, 64, 10],
        [5000, 3000, 3000, 900],
        [1_300_000, 1_200_000, 1_100_000, 3],
        [10, 10, 10, 1],
      ]) {
        const [toPitch, fromPitch, width, height] = shape as [number, number, number, number]
        const ends = { before: 0, after: 7 }
        const a = await makePlace(gpu, to, u8, { ...ends, length: (height - 1) * toPitch + width })
        const b = await makePlace(gpu, from, u8, { ...ends, length: (height - 1) * fromPitch + width })
        const [was, bytes] = [scramble(stream, a, 1), scramble(stream, b, 2)]
        await stream.sync()
        await stream.copy2d(
          { array: a.span, pitch: toPitch, width, height },
          { array: b.span, pitch: fromPitch, width, height },
        )
        const wanted = expected(was, bytes, shape)
        expect(Buffer.compare(await bytesOf(stream, a), wanted)).toBe(0)
        for (const { whole } of [a, b]) if ('dispose' in whole) whole.dispose()
      }
    })
  }

  it('counts elements, on either side its own', async () => {
    const { gpu, stream } = await target.stream()
    const matrix = await gpu.alloc('f32', 12)
    stream.copy(
      matrix,
      Float32Array.from({ length: 12 }, (_, i) => i),
    )
    const column = new Float32Array(3)
    await stream.copy2d(
      { array: column, pitch: 1, width: 1, height: 3 },
      { array: matrix.slice(1), pitch: 4, width: 1, height: 3 },
    )
    expect([...column]).toEqual([1, 5, 9])
    const bytes = new Uint8Array(8)
    await stream.copy2d(
      { array: bytes, pitch: 4, width: 4, height: 2 },
      { array: matrix, pitch: 4, width: 1, height: 2 },
    )
    expect([...new Float32Array(bytes.buffer)]).toEqual([0, 4])
  })

  it('copies nothing where there is nothing', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const empty = { array, pitch: 4, width: 0, height: 4 }
    await stream.copy2d(empty, empty)
    await stream.copy2d({ ...empty, width: 4, height: 0 }, { ...empty, width: 4, height: 0 })
  })

  it('is in the order of its stream', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 2 << 20)
    const ordinary = new Uint8Array(2 << 20)
    const rows = { pitch: 2000, width: 1000, height: 1000 }
    stream.fill(array, 1)
    stream.copy2d({ array: ordinary, ...rows }, { array, ...rows })
    stream.fill(array, 2)
    await stream.copy2d({ array: ordinary.subarray(1000), ...rows }, { array, ...rows })
    expect([ordinary[999], ordinary[1000], ordinary[2000], ordinary[3000]]).toEqual([1, 2, 1, 2])
  })

  it('refuses what does not fit', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('f32', 100)
    const good = { array, pitch: 10, width: 5, height: 10 }
    const copy = (a: object, b: object = {}) =>
      thrown(() => stream.copy2d({ ...good, ...a } as Pitched, { ...good, ...b } as Pitched))
    expect(copy({ height: 11 }, { height: 11 })).toMatchObject(outOfRange)
    expect(copy({ pitch: 11 })).toMatchObject(outOfRange)
    expect(copy({ pitch: 4 })).toMatchObject(outOfRange)
    expect(copy({ width: 4 })).toMatchObject(outOfRange)
    expect(copy({ height: 9 })).toMatchObject(outOfRange)
    expect(copy({ width: -1 })).toMatchObject(outOfRange)
    expect(copy({ width: 1.5 })).toMatchObject(outOfRange)
    expect(copy({ width: '1' })).toMatchObject(wrongType)
    expect(copy({ array: [1, 2] })).toMatchObject(wrongType)
    expect(copy({ array: new Float64Array(50), width: 2.5 })).toMatchObject(outOfRange)
    expect(copy({ array: new Int32Array(100) })).toMatchObject({ code: 'ERR_HEDDLE_DTYPE' })
    expect(thrown(() => stream.copy2d(null as never, good))).toMatchObject(wrongType)
    array.dispose()
    expect(copy({})).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
  })
})

describe('copy2d, staged', () => {
  it('goes through pinned memory and says its arguments when it fails', async () => {
    const faults = [{ operation: 'cudaMemcpy2DAsync', kind: 'fail', at: 3 }] as const
    const gpu = await openHost({ stagePageable: true, faults })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 3 << 20)
    const bytes = randomBytes(3 << 20)
    const rows = { pitch: 3000, width: 1500, height: 1000 }
    await stream.copy2d({ array, ...rows }, { array: bytes, ...rows })
    await expect(stream.copy2d({ array, ...rows }, { array: bytes, ...rows })).rejects.toMatchObject({
      operation: 'cudaMemcpy2DAsync',
      arguments: 'width=1500 rows=1000 pitches=3000,3000',
    })
  })
})
