import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Device } from 'heddle/cuda'
import { beforeEach, expect, it } from 'vitest'
import { download } from './bytes.ts'
import { rejection } from './failures.ts'
import { onGpu } from './target.ts'

const image = new URL('../../build/Release/test-kernels/launched.fatbin', import.meta.url)

// From source these things are tested on both devices; that needs NVRTC on a GPU, and an image needs nothing.
onGpu('kernels of an image', (target) => {
  beforeEach(({ skip }) => {
    if (!existsSync(image)) skip('the image is built where there is an nvcc')
  })

  const load = async (gpu: Device) => gpu.library(await readFile(image))

  it('take every type of number, and slices where they begin', async () => {
    const { gpu, stream } = await target.stream()
    const numbers = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64', 'f32', 'f64'] as const
    const all = await (await load(gpu)).kernel('all', ['bool', ...numbers, 'bytes', 'f64*'])
    const out = await gpu.alloc('f64', 15)
    stream.fill(out, 0)
    const pair = new Uint8Array(new Int32Array([7, -9]).buffer)
    const given = [true, -1, 255, -300, 65_535, -70_000, 4e9, -5n, 2n ** 40n, 1.5, 0.1] as const
    await stream.launch(all, { grid: 1, block: 1 }, ...given, pair, out.slice(1))
    const found = [...new Float64Array((await download(stream, out)).buffer)]
    expect(found).toEqual([0, 1, ...given.slice(1).map(Number), 7, -9, 0])
  })

  it('run in grids, many at once, and in graphs', async () => {
    const { gpu, stream } = await target.stream()
    const saxpy = await (await load(gpu)).kernel('saxpy', ['u32', 'f32', 'f32*', 'f32*'])
    const n = 100_000
    const [x, y] = [await gpu.alloc('f32', n), await gpu.alloc('f32', n)]
    stream.fill(x, 1)
    stream.fill(y, 0)
    const launch = () => stream.launch(saxpy, { grid: Math.ceil(n / 256), block: 256 }, n, 2, x, y)
    for (let i = 0; i < 2000; ++i) launch()
    using graph = await stream.capture(() => {
      for (let i = 0; i < 100; ++i) launch()
    })
    for (let i = 0; i < 10; ++i) graph.launch()
    await stream.sync()
    const seen = new Float32Array((await download(stream, y)).buffer)
    expect(new Set(seen)).toEqual(new Set([6000]))
  })

  it('have shared memory of the size that the launch says', async () => {
    const { gpu, stream } = await target.stream()
    const reverse = await (await load(gpu)).kernel('reverse', ['u32*'])
    const words = Uint32Array.from({ length: 1024 }, (_, i) => i)
    const array = await gpu.alloc('u32', 1024)
    stream.copy(array, words)
    await stream.launch(reverse, { grid: 2, block: 512, shared: 2048 }, array)
    const seen = new Uint32Array((await download(stream, array)).buffer)
    expect([...seen]).toEqual([...words.slice(0, 512).reverse(), ...words.slice(512).reverse()])
    expect((await reverse.occupancy({ block: 512, shared: 2048 })).blocksPerMultiprocessor).toBeGreaterThan(0)
  })

  it('outlive their library and their arrays while they are in flight', async () => {
    const { gpu, stream } = await target.stream()
    const library = await load(gpu)
    const saxpy = await library.kernel('saxpy', ['u32', 'f32', 'f32*', 'f32*'])
    const n = 1_000_000
    const [x, y] = [await gpu.alloc('f32', n), await gpu.alloc('f32', n)]
    const result = await gpu.pinned('f32', n)
    stream.fill(x, 1)
    stream.fill(y, 0)
    for (let i = 0; i < 100; ++i) stream.launch(saxpy, { grid: Math.ceil(n / 256), block: 256 }, n, 1, x, y)
    stream.copy(result, y)
    x.dispose()
    y.dispose()
    library.dispose()
    await stream.sync()
    expect(result.array.every((value) => value === 100)).toBe(true)
  })

  it('are refused when they are declared otherwise, or are not there', async () => {
    const gpu = await target.open()
    const library = await load(gpu)
    const wrong = [
      library.kernel('saxpy', ['u32', 'f32', 'f32*']),
      library.kernel('saxpy', ['u64', 'f32', 'f32*', 'f32*']),
      library.kernel('absent', []),
    ]
    for (const error of await Promise.all(wrong.map(rejection)))
      expect(error).toMatchObject({ name: 'LaunchError' })
  })
})
