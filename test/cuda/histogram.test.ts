import type { DeviceArray } from 'heddle/cuda'
import { DtypeError } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { download, dtypes, randomBytes } from './bytes.ts'
import { outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice } from './target.ts'

function count(bytes: Uint8Array, into: bigint[] = Array(256).fill(0n)): bigint[] {
  for (const byte of bytes) into[byte] = (into[byte] as bigint) + 1n
  return into
}

onEachDevice('histogram', (target) => {
  async function setUp(length: number) {
    const { gpu, stream } = await target.stream()
    const counts = await gpu.alloc('u64', 256)
    const source = await gpu.alloc('u8', length)
    stream.fill(counts, 0n)
    return {
      gpu,
      stream,
      counts,
      source,
      read: async () => [...new BigUint64Array((await download(stream, counts)).buffer)],
    }
  }

  it.each([1, 2, 255, 4096, 65_537, 1_000_003])('counts %i random bytes', async (length) => {
    const { stream, counts, source, read } = await setUp(length)
    const bytes = randomBytes(length, length)
    stream.copy(source, bytes)
    await stream.histogram(counts, source)
    expect(await read()).toEqual(count(bytes))
  })

  it('counts a byte that is everywhere', async () => {
    const { stream, counts, source, read } = await setUp(5_000_000)
    stream.fill(source, 0xff)
    stream.histogram(counts, source)
    const expected = Array(256).fill(0n)
    expected[255] = 5_000_000n
    expect(await read()).toEqual(expected)
  })

  it('counts slices that begin and end anywhere', async () => {
    const { stream, counts, source, read } = await setUp(100_000)
    const bytes = randomBytes(100_000)
    const expected = count(new Uint8Array(0))
    stream.copy(source, bytes)
    for (let i = 0; i < 40; ++i) {
      const [start, end] = [i * 7 + (i % 16), 50_000 + i * 1111]
      stream.histogram(counts, source.slice(start, end))
      count(bytes.subarray(start, end), expected)
    }
    expect(await read()).toEqual(expected)
  })

  it('adds to what the counters had', async () => {
    const { stream, counts, source, read } = await setUp(10)
    stream.fill(counts, 2n ** 63n)
    stream.fill(source, 65)
    for (let i = 0; i < 3; ++i) stream.histogram(counts, source)
    const expected = Array(256).fill(2n ** 63n)
    expected[65] += 30n
    expect(await read()).toEqual(expected)
  })

  it('of nothing adds nothing', async () => {
    const { stream, counts, source, read } = await setUp(10)
    await stream.histogram(counts, source.slice(4, 4))
    expect(await read()).toEqual(Array(256).fill(0n))
  })

  it('counts into a part of a larger array, and leaves the rest', async () => {
    const { gpu, stream } = await setUp(1)
    const counts = await gpu.alloc('u64', 300)
    const source = await gpu.alloc('u8', 100)
    stream.fill(counts, 5n)
    stream.fill(source, 0)
    stream.histogram(counts.slice(1, 257), source)
    const got = [...new BigUint64Array((await download(stream, counts)).buffer)]
    const expected = Array(300).fill(5n)
    expected[1] = 105n
    expect(got).toEqual(expected)
  })

  it('counts on several streams into counters of their own', async () => {
    const { gpu } = await setUp(1)
    const bytes = randomBytes(300_000)
    await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const stream = gpu.stream()
        const counts = await gpu.alloc('u64', 256)
        const source = await gpu.alloc('u8', 300_000 - i)
        stream.fill(counts, 0n)
        stream.copy(source, bytes.subarray(i))
        stream.histogram(counts, source)
        const got = [...new BigUint64Array((await download(stream, counts)).buffer)]
        expect(got).toEqual(count(bytes.subarray(i)))
      }),
    )
  })

  it('takes bytes and 256 counters, nothing else', async () => {
    const { gpu, stream, counts, source } = await setUp(10)
    const attempt = (into: unknown, from: unknown) =>
      thrown(() => stream.histogram(into as DeviceArray<'u64'>, from as DeviceArray<'u8'>))
    for (const [dtype] of dtypes) {
      if (dtype !== 'u64') expect(attempt(await gpu.alloc(dtype, 256), source)).toBeInstanceOf(DtypeError)
      if (dtype !== 'u8') expect(attempt(counts, await gpu.alloc(dtype, 10))).toBeInstanceOf(DtypeError)
    }
    expect(attempt(await gpu.alloc('u64', 255), source)).toMatchObject(outOfRange)
    expect(attempt(await gpu.alloc('u64', 257), source)).toMatchObject(outOfRange)
    for (const other of [undefined, null, {}, new Uint8Array(10), await gpu.pinned('u8', 10)]) {
      expect(attempt(counts, other)).toMatchObject(wrongType)
    }
    for (const other of [undefined, new BigUint64Array(256), await gpu.pinned('u64', 256)]) {
      expect(attempt(other, source)).toMatchObject(wrongType)
    }
  })
})
