import { describe, expect, it } from 'vitest'
import { dtypes, randomBytes, sameBytes } from './bytes.ts'
import { bytesOf, makePlace, places, scramble } from './places.ts'
import { onEachDevice, openHost } from './target.ts'

const directions = places.flatMap((from) => places.map((to) => [from, to] as const))
// Around what is done at once, in one page, and in one piece of the staging ring.
const lengths = [1, 3, 17, 1000, 4095, 4097, 65_535, 65_537]

onEachDevice('copy', (target) => {
  describe.each(directions)('from %s to %s memory', (from, to) => {
    it.each(dtypes)('moves %s, and touches nothing around', async (...type) => {
      const { gpu, stream } = await target.stream()
      for (const [seed, length] of lengths.entries()) {
        const source = await makePlace(gpu, from, type, { before: 1 + seed, length, after: 3 })
        const destination = await makePlace(gpu, to, type, { before: 5, length, after: 2 + seed })
        const bytes = scramble(stream, source, seed + 1)
        const expected = scramble(stream, destination, seed + 101)
        await stream.copy(destination.span, source.span)
        const width = type[1].BYTES_PER_ELEMENT
        expected.set(bytes.subarray((1 + seed) * width, (1 + seed + length) * width), 5 * width)
        expect(sameBytes(await bytesOf(stream, destination), expected)).toBe(true)
        expect(sameBytes(await bytesOf(stream, source), bytes)).toBe(true)
      }
    })

    it('moves 20 MiB', async () => {
      const { gpu, stream } = await target.stream()
      const shape = { before: 1, length: 20 << 20, after: 1 }
      const source = await makePlace(gpu, from, ['u8', Uint8Array], shape)
      const destination = await makePlace(gpu, to, ['u8', Uint8Array], shape)
      const bytes = scramble(stream, source, 7).slice(1, -1)
      await stream.copy(destination.span, source.span)
      const got = (await bytesOf(stream, destination)).subarray(1, -1)
      expect(sameBytes(got, bytes)).toBe(true)
    })
  })

  it('inside one array moves what does not overlap', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 300_000)
    const bytes = randomBytes(300_000)
    stream.copy(array, bytes)
    stream.copy(array.slice(150_000, 300_000), array.slice(0, 150_000))
    const got = new Uint8Array(300_000)
    await stream.copy(got, array)
    expect(sameBytes(got.subarray(150_000), bytes.subarray(0, 150_000))).toBe(true)
    expect(sameBytes(got.subarray(0, 150_000), bytes.subarray(0, 150_000))).toBe(true)
  })
})

describe('copy on a host device that stages ordinary memory', () => {
  it.each(directions.filter((pair) => pair.includes('ordinary')))('moves from %s to %s', async (from, to) => {
    const gpu = await openHost({ stagePageable: true })
    const stream = gpu.stream()
    const MiB = 1 << 20
    for (const [seed, length] of [1, 4097, MiB - 1, MiB, MiB + 1, 5 * MiB + 3].entries()) {
      const shape = { before: 1, length, after: 1 }
      const source = await makePlace(gpu, from, ['u8', Uint8Array], shape)
      const destination = await makePlace(gpu, to, ['u8', Uint8Array], shape)
      const bytes = scramble(stream, source, seed + 1)
      scramble(stream, destination, seed + 101)
      await stream.copy(destination.span, source.span)
      const got = await bytesOf(stream, destination)
      expect(sameBytes(got.subarray(1, 1 + length), bytes.subarray(1, 1 + length))).toBe(true)
    }
  })

  it('moves both ways on many streams at once, in the order of each', async () => {
    const gpu = await openHost({ stagePageable: true })
    const length = 3_000_001
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const stream = gpu.stream()
        const array = await gpu.alloc('u8', length)
        const pinned = await gpu.pinned('u8', length)
        const bytes = randomBytes(length, i + 1)
        const first = new Uint8Array(length)
        const second = new Uint8Array(length)
        stream.copy(array, bytes)
        stream.copy(first, array)
        stream.fill(array, i)
        stream.copy(second, array)
        stream.copy(pinned, first)
        await stream.sync()
        expect(sameBytes(first, bytes)).toBe(true)
        expect(sameBytes(pinned.array, bytes)).toBe(true)
        expect(second.every((byte) => byte === i)).toBe(true)
      }),
    )
  })
})
