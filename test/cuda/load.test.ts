import { symlinkSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { load } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp.ts'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { onEachDevice, openHost } from './target.ts'

const folder = tempFolder()
const MiB = 1 << 20

onEachDevice('load', (target) => {
  it.each([0, 1, 511, 4095, 4096, 4097, MiB - 1, MiB, MiB + 1, 8 * MiB, 8 * MiB + 3, 40 * MiB + 12_345])(
    'gives a file of %i bytes',
    async (length) => {
      const { gpu, stream } = await target.stream()
      const content = randomBytes(length, length + 1)
      const { bytes, stats } = await load(folder.file(content), gpu)
      expect(bytes).toMatchObject({ dtype: 'u8', length, byteLength: length, disposed: false })
      expect(stats.bytes).toBe(length)
      expect(sameBytes(await download(stream, bytes), content)).toBe(true)
    },
  )

  it.each([
    [4096, 1],
    [4096, 3],
    [5000, 7],
    [65_536, 1024],
    [3 * MiB, 2],
    [64 * MiB, 1024],
  ])('reads in pieces of %i bytes, %i at a time', async (chunkBytes, depth) => {
    const { gpu, stream } = await target.stream()
    const content = randomBytes(5 * MiB + 1)
    const { bytes, stats } = await load(folder.file(content), gpu, { chunkBytes, depth })
    expect(sameBytes(await download(stream, bytes), content)).toBe(true)
    const chunks = Math.ceil(content.length / (Math.ceil(chunkBytes / 4096) * 4096))
    expect(stats.copies).toBe(chunks)
    expect(stats.reads).toBeGreaterThanOrEqual(chunks)
    expect(stats.stagingBytes).toBeLessThanOrEqual(64 * MiB)
    expect(stats.milliseconds).toBeGreaterThan(0)
  })

  it('takes a URL, a Buffer and a link for a path', async () => {
    const { gpu, stream } = await target.stream()
    const content = randomBytes(10_000)
    const path = folder.file(content)
    const link = folder.fresh('link')
    symlinkSync(path, link)
    for (const source of [pathToFileURL(path), Buffer.from(path), link]) {
      const { bytes } = await load(source, gpu)
      expect(sameBytes(await download(stream, bytes), content)).toBe(true)
    }
  })

  it('takes names that are no UTF-8, and long ones', async () => {
    const { gpu, stream } = await target.stream()
    const { writeFileSync } = await import('node:fs')
    const odd = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff, 0xfe, 0x20])])
    writeFileSync(odd, 'odd')
    expect(String(Buffer.from(await download(stream, (await load(odd, gpu)).bytes)))).toBe('odd')
    const long = `${folder.path}/${'n'.repeat(255)}`
    writeFileSync(long, 'long')
    expect(String(Buffer.from(await download(stream, (await load(long, gpu)).bytes)))).toBe('long')
  })

  it('runs beside others, and beside copies', async () => {
    const { gpu, stream } = await target.stream()
    const contents = Array.from({ length: 12 }, (_, i) => randomBytes(i * 777_777, i + 1))
    const paths = contents.map((content) => folder.file(content))
    const array = await gpu.alloc('u8', 4 * MiB)
    const loading = Promise.all(paths.map((path, i) => load(path, gpu, { depth: i + 1 })))
    for (let i = 0; i < 20; ++i) stream.fill(array, i)
    for (const [i, { bytes }] of (await loading).entries()) {
      expect(sameBytes(await download(stream, bytes), contents[i] as Uint8Array)).toBe(true)
    }
    expect((await download(stream, array))[0]).toBe(19)
  })

  it('gives memory that can be used at once, and given back', async () => {
    const { gpu, stream } = await target.stream()
    const { bytes } = await load(folder.file('aab'), gpu)
    const counts = await gpu.alloc('u64', 256)
    stream.fill(counts, 0n)
    await stream.histogram(counts, bytes)
    const [a, b] = new BigUint64Array((await download(stream, counts)).buffer).subarray(97)
    expect([a, b]).toEqual([2n, 1n])
    bytes.dispose()
    expect(bytes.disposed).toBe(true)
  })
})

it('load leaves no device memory behind when its array is disposed of', async () => {
  const gpu = await openHost({ memoryLimit: 64 * MiB })
  const path = folder.file(randomBytes(40 * MiB))
  for (let i = 0; i < 5; ++i) {
    const { bytes } = await load(path, gpu)
    expect((await gpu.memory()).free).toBe(24 * MiB)
    bytes.dispose()
  }
  expect((await gpu.memory()).free).toBe(64 * MiB)
})
