import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type CompileOptions, type Kernel, LaunchError, type Stream } from 'heddle/cuda'
import { describe, expect, it, vi } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { download } from './bytes.ts'
import { needsCompiler } from './compilers.ts'
import { expectCudaError, rejection, thrown } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

// A compiler has its own idea of time.
vi.setConfig({ testTimeout: 120_000 })

const add = 'extern "C" __global__ void add(unsigned n, float* x) { x[0] += n; }'

/** Launches with arguments that the types refuse. */
const launch = (stream: Stream, kernel: unknown, config: object, ...args: unknown[]) =>
  stream.launch(kernel as Kernel, config as { grid: 1; block: 1 }, ...(args as number[]))

onEachDevice('a launch', (target) => {
  needsCompiler(target.id)

  it('is refused at the call when its arguments are not the kernels', async () => {
    const { gpu, stream } = await target.stream()
    const kernels = await gpu.compile(add)
    const [x, halves, gone] = [
      await gpu.alloc('f32', 1),
      await gpu.alloc('f16', 1),
      await gpu.alloc('f32', 1),
    ]
    const other = await (await target.open()).alloc('f32', 1)
    gone.dispose()
    const one = { grid: 1, block: 1 }
    const cases: [string, number, unknown[]][] = [
      ['ERR_HEDDLE_ARGUMENTS', -1, []],
      ['ERR_HEDDLE_ARGUMENTS', -1, [1]],
      ['ERR_HEDDLE_ARGUMENTS', -1, [1, x, 2]],
      ['ERR_HEDDLE_ARGUMENTS', 0, [1.5, x]],
      ['ERR_HEDDLE_ARGUMENTS', 0, [-1, x]],
      ['ERR_HEDDLE_ARGUMENTS', 0, [2 ** 32, x]],
      ['ERR_HEDDLE_ARGUMENTS', 0, [Number.NaN, x]],
      ['ERR_HEDDLE_ARGUMENTS', 0, [1n, x]],
      ['ERR_HEDDLE_ARGUMENTS', 0, ['1', x]],
      ['ERR_HEDDLE_ARGUMENTS', 1, [1, new Float32Array(1)]],
      ['ERR_HEDDLE_ARGUMENTS', 1, [1, undefined]],
      ['ERR_HEDDLE_DTYPE', 1, [1, halves]],
      ['ERR_HEDDLE_DISPOSED', 1, [1, gone]],
      ['ERR_HEDDLE_DEVICE', 1, [1, other]],
    ]
    for (const [code, parameter, args] of cases) {
      const error = thrown(() => launch(stream, kernels.add, one, ...args))
      expect(error).toBeInstanceOf(LaunchError)
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toMatchObject({ code, parameter, kernel: 'add' })
    }
    await stream.fill(x, 1)
    await stream.launch(kernels.add, one, 1, x)
  })

  it('is refused at the call when it is no launch', async () => {
    const { gpu, stream } = await target.stream()
    const kernels = await gpu.compile(add)
    const x = await gpu.alloc('f32', 1)
    const wrongConfigs: unknown[] = [
      undefined,
      null,
      1,
      {},
      { grid: 1 },
      { grid: 0, block: 1 },
      { grid: 1, block: 1025 },
      { grid: 1, block: [1024, 2] },
      { grid: [1, 2, 3, 4], block: 1 },
      { grid: [], block: 1 },
      { grid: '1', block: 1 },
      { grid: 1.5, block: 1 },
      { grid: [1, 65_536], block: 1 },
      { grid: 1, block: 1, shared: -1 },
      { grid: 1, block: 1, cluster: 0 },
      { grid: 1, block: 1, cooperative: 1 },
      { grid: 1, block: 1, signal: 1 },
    ]
    for (const config of wrongConfigs) {
      expect(thrown(() => launch(stream, kernels.add, config as object, 1, x))).toMatchObject({
        code: expect.stringMatching(/^ERR_(INVALID_ARG|OUT_OF_RANGE)/),
      })
    }
    for (const kernel of [undefined, null, {}, 'add', kernels]) {
      expect(thrown(() => launch(stream, kernel, { grid: 1, block: 1 }, 1, x))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
      })
    }
    const elsewhere = (await target.open()).stream()
    expect(thrown(() => launch(elsewhere, kernels.add, { grid: 1, block: 1 }, 1, x))).toMatchObject({
      code: 'ERR_HEDDLE_DEVICE',
    })
    kernels.add.library.dispose()
    expect(thrown(() => launch(stream, kernels.add, { grid: 1, block: 1 }, 1, x))).toMatchObject({
      code: 'ERR_HEDDLE_DISPOSED',
    })
  })

  it('that the device cannot do rejects, and the device goes on', async () => {
    const { gpu, stream } = await target.stream()
    const kernels = await gpu.compile(add)
    const x = await gpu.alloc('f32', 1)
    const error = await rejection(stream.launch(kernels.add, { grid: 1, block: 1, shared: 2 ** 30 }, 1, x))
    expectCudaError(error, { number: 1 })
    stream.fill(x, 1)
    await stream.launch(kernels.add, { grid: 1, block: 1 }, 1, x)
  })
})

describe('a source that the host device cannot compile', () => {
  needsCompiler('host')

  const failures = async (source: string, options?: CompileOptions) => {
    const gpu = await openHost()
    return rejection(gpu.compile(source, { cache: false, ...options }))
  }

  it('rejects with the place in the source, and the log', async () => {
    const source = '\n\nextern "C" __global__ void f(int* x) {\n  *x = missing + 1;\n}\n'
    const error = await failures(source, { name: 'mine.cu' })
    expect(error).toMatchObject({ name: 'CompileError', code: 'ERR_HEDDLE_COMPILE', line: 4, column: 8 })
    expect((error as Error).message).toMatch(/^mine\.cu:4:8: .*missing/)
    expect((error as { log: string }).log).toContain('missing')
  })

  it('rejects with the place in a header', async () => {
    const folder = tempFolder()
    const file = folder.file('\n\n  missing x;\n')
    const include = `#include "${basename(file)}"\n`
    const options = [`-I${folder.path}`]
    const wrong = [
      [include, { options }, file],
      ['#include "a.h"\n', { options, headers: { 'a.h': `int a;\n${include}` } }, file],
      ['#include "b/a.h"\n', { headers: { 'b/a.h': '\n\n  missing x;\n' } }, 'b/a.h'],
    ] as const
    for (const [source, using, place] of wrong) {
      const error = await failures(`${source}int y = missing;\n`, using)
      expect(error).toMatchObject({ code: 'ERR_HEDDLE_COMPILE', file: place, line: 3, column: 3 })
      expect((error as Error).message).toContain(`${place}:3:3: `)
    }
    const own = 'extern "C" __global__ void f(int* x) {\n  atomicAdd(x, "");\n}\n'
    expect(await failures(own)).toMatchObject({ file: 'kernels.cu', line: 2 })
    expect(await failures('#include "nowhere.h"\n')).toMatchObject({ file: 'kernels.cu', line: 1 })
    expect(await failures('', { options: ['-include', '/nowhere.h'] })).toMatchObject({ file: '', line: 0 })
  })

  it.each([
    ['using namespace nvcuda; wmma::fragment<int> f;', 'wmma'],
    ['namespace cg = cooperative_groups;', 'cooperative_groups'],
    ['#include <cooperative_groups.h>', 'cooperative_groups.h'],
    ['#include <mma.h>', 'mma.h'],
    ['cudaTextureObject_t t;', 'cudaTextureObject_t'],
    ['__device__ void f() { asm("nop;"); }', 'asm'],
    ['#include <cuda_fp16.h>', 'cuda_fp16.h'],
  ])('says what it lacks: %s', async (line, name) => {
    const error = await failures(`// wmma, asm and "texture" are fine here\n/* asm */ ${line}\n`)
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_UNSUPPORTED', line: 2 })
    expect((error as Error).message).toContain(name)
  })

  it('says when there is no compiler', async () => {
    expect(await failures(add, { compiler: '/nowhere/c++' })).toMatchObject({ code: 'ERR_HEDDLE_COMPILER' })
  })

  it('is refused at the call when it is no source', async () => {
    const gpu = await openHost()
    for (const options of [
      null,
      { options: 'x' },
      { options: [1] },
      { headers: { a: 1 } },
      { cache: 1 },
      { name: 1 },
    ]) {
      const error = await rejection(gpu.compile(add, options as unknown as CompileOptions))
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    }
    const withNull: [string, CompileOptions][] = [
      [`${add}\0`, {}],
      [add, { name: 'a\0b' }],
      [add, { options: ['-DA\0'] }],
      [add, { headers: { 'a.h': '\0' } }],
      [add, { headers: { 'a\0.h': '' } }],
      [add, { compiler: 'c++\0' }],
      [add, { cache: '/tmp\0' }],
    ]
    for (const [source, options] of withNull) {
      const error = await rejection(gpu.compile(source, options))
      expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    }
    expect(await rejection(gpu.compile(add, { headers: { '../a.h': '' } }))).toBeInstanceOf(TypeError)
    expect(await rejection(gpu.compile(1 as unknown as string))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    })
  })
})

describe('what was compiled', () => {
  needsCompiler('host')

  it('is kept on disk, by source and options', async () => {
    const folder = tempFolder()
    const cache = folder.fresh('cache')
    const gpu = await openHost()
    const first = await gpu.compile(add, { cache })
    expect(first.add.library.cached).toBe(false)
    expect((await gpu.compile(add, { cache })).add.library.cached).toBe(true)
    expect((await gpu.compile(add, { cache, options: ['-DX'] })).add.library.cached).toBe(false)
    expect((await gpu.compile(`${add}\n`, { cache })).add.library.cached).toBe(false)
    const other = await openHost()
    const { add: kernel } = await other.compile(add, { cache })
    expect(kernel.library.cached).toBe(true)
    const x = await other.alloc('f32', 1)
    await other.stream().launch(kernel, { grid: 1, block: 1 }, 1, x)
  })
})

describe('what was compiled from files', () => {
  needsCompiler('host')

  /** What a kernel writes that includes `v.h`, and whether it had been compiled before. */
  const written = async (options: CompileOptions, source = '#include "v.h"\n') => {
    const gpu = await openHost()
    const { v } = await gpu.compile(`${source}extern "C" __global__ void v(int* x) { *x = VALUE; }`, options)
    const x = await gpu.alloc('i32', 1)
    const stream = gpu.stream()
    await stream.launch(v, { grid: 1, block: 1 }, x)
    return { value: new Int32Array((await download(stream, x)).buffer)[0], cached: v.library.cached }
  }

  it.each([
    ['-I', (folder: string) => [`-I${folder}`]],
    ['-I and its folder apart', (folder: string) => ['-I', folder]],
    ['--include-path', (folder: string) => [`--include-path=${folder}`]],
  ])('is compiled again when one changes: %s', async (_title, optionsFor) => {
    const folder = tempFolder()
    const options = { cache: folder.fresh('cache'), options: optionsFor(folder.path) }
    await writeFile(join(folder.path, 'v.h'), '#include "deeper.h"\n')
    await writeFile(join(folder.path, 'deeper.h'), '#define VALUE 1\n')
    expect(await written(options)).toEqual({ value: 1, cached: false })
    expect(await written(options)).toEqual({ value: 1, cached: true })
    await writeFile(join(folder.path, 'deeper.h'), '#define VALUE 2\n')
    expect(await written(options)).toEqual({ value: 2, cached: false })
  })

  it('is compiled again when another comes to stand in front', async () => {
    const folder = tempFolder()
    const options = {
      cache: folder.fresh('cache'),
      options: [`-I${folder.path}/first`, `-I${folder.path}`],
    }
    await writeFile(join(folder.path, 'v.h'), '#define VALUE 1\n')
    expect(await written(options)).toEqual({ value: 1, cached: false })
    await mkdir(join(folder.path, 'first'))
    await writeFile(join(folder.path, 'first/v.h'), '#define VALUE 2\n')
    expect(await written(options)).toEqual({ value: 2, cached: false })
  })

  it('is compiled again when one that an option includes changes', async () => {
    const folder = tempFolder()
    const file = join(folder.path, 'v.h')
    const options = { cache: folder.fresh('cache'), options: ['-include', file] }
    await writeFile(file, '#define VALUE 1\n')
    expect(await written(options, '')).toEqual({ value: 1, cached: false })
    await writeFile(file, '#define VALUE 2\n')
    expect(await written(options, '')).toEqual({ value: 2, cached: false })
    expect(await written(options, '')).toEqual({ value: 2, cached: true })
  })

  it('is found again when it includes what is given with it, or the system has', async () => {
    const cache = tempFolder().fresh('cache')
    const options = { cache, headers: { 'v.h': '#include <cstdint>\n#define VALUE sizeof(__FILE__)\n' } }
    expect(await written(options)).toEqual({ value: 11, cached: false })
    expect(await written(options)).toEqual({ value: 11, cached: true })
  })

  it('is compiled again when what was kept is damaged', async () => {
    const cache = tempFolder().fresh('cache')
    const kept = async () => join(cache, (await readdir(cache))[0] as string)
    const source = '#define VALUE 7\n'
    await written({ cache }, source)
    const bytes = await readFile(await kept())
    const damages = [
      () => bytes.fill(0, bytes.length - 4000, bytes.length - 3000),
      () => bytes.subarray(0, bytes.length - 1),
      () => bytes.subarray(0, 0),
    ]
    for (const damage of damages) {
      await writeFile(await kept(), damage())
      expect(await written({ cache }, source)).toEqual({ value: 7, cached: false })
      expect(await written({ cache }, source)).toEqual({ value: 7, cached: true })
    }
    const place = await kept()
    await rm(place)
    await mkdir(place)
    expect(await written({ cache }, source)).toEqual({ value: 7, cached: false })
    expect(await written({ cache }, source)).toEqual({ value: 7, cached: true })
  })
})

describe('a library', () => {
  needsCompiler('host')

  it('of bytes that are no image rejects', async () => {
    const gpu = await openHost()
    for (const image of [new Uint8Array(10), Buffer.from('//\n.version 8.0\n')]) {
      expectCudaError(await rejection(gpu.library(image)), { number: 200, operation: 'cudaLibraryLoadData' })
    }
    expect(thrown(() => void gpu.library(new Uint8Array(0)))).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    expect(thrown(() => void gpu.library('x' as unknown as Uint8Array))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    })
  })

  it('compares declarations with its kernels', async () => {
    const gpu = await openHost()
    const { library } = (await gpu.compile(add)).add
    expect((await library.kernel('add', ['u32', 'f32*'])).parameters).toEqual(['u32', 'f32*'])
    for (const parameters of [['u32'], ['u32', 'f32'], ['u64', 'f32*'], ['u32', 'f32*', 'u8']] as const) {
      const error = await rejection(library.kernel('add', parameters))
      expect(error).toMatchObject({ name: 'LaunchError', code: 'ERR_HEDDLE_KERNEL', kernel: 'add' })
    }
    expect(await rejection(library.kernel('sub', []))).toMatchObject({
      code: 'ERR_HEDDLE_KERNEL',
      kernel: 'sub',
    })
    expect(await rejection(library.kernel('add\0x', ['u32', 'f32*']))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    })
    expect(await rejection(library.kernel('add', ['x'] as unknown as ['u8']))).toBeInstanceOf(TypeError)
    library.dispose()
    expect(await rejection(library.kernel('add', ['u32', 'f32*']))).toMatchObject({
      code: 'ERR_HEDDLE_DISPOSED',
    })
  })
})

describe('a device that closes', () => {
  needsCompiler('host')

  it('ends its compiler, and rejects', async () => {
    const before = usage().libraries
    const gpu = await openHost()
    const compiling = rejection(gpu.compile(add, { cache: false }))
    await gpu.memory()
    await gpu.close()
    expectCudaError(await compiling, { number: -1 })
    expect(thrown(() => void gpu.compile(add))).toMatchObject({ code: 'heddleErrorDeviceClosed' })
    expect(usage().libraries).toBe(before)
  })
})

describe('a kernel with more arguments than a launch carries', () => {
  needsCompiler('host')

  it('is refused at the call, and the stream goes on', async () => {
    const gpu = await openHost()
    const { f, g } = await gpu.compile(`
      struct Large { char bytes[2 << 20]; };
      struct Fits { char bytes[100000]; };
      extern "C" __global__ void f(Large large) {}
      extern "C" __global__ void g(Fits fits, int* x) { *x = fits.bytes[99999]; }`)
    const stream = gpu.stream()
    const error = thrown(() => stream.launch(f, { grid: 1, block: 1 }, new Uint8Array(2 << 20)))
    expect(error).toBeInstanceOf(LaunchError)
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_ARGUMENTS', kernel: 'f' })
    const x = await gpu.alloc('i32', 1)
    stream.launch(g, { grid: 1, block: 1 }, new Uint8Array(100_000).fill(5), x)
    expect(new Int32Array((await download(stream, x)).buffer)[0]).toBe(5)
  })
})

describe('a kernel that goes wrong on the host device', () => {
  needsCompiler('host')

  it.each([
    ['a trap', '__trap();', 719],
    ['a failed assertion', 'assert(threadIdx.x > 9 && "it is meant to fail");', 710],
    ['a barrier that some never come to', 'if (threadIdx.x == 0) __syncthreads(); else __syncwarp(1);', 719],
  ])('kills it, as on a GPU: %s', async (_what, body, number) => {
    const gpu = await openHost()
    const { f } = await gpu.compile(`extern "C" __global__ void f(int n) { ${body} }`)
    const stream = gpu.stream()
    expectCudaError(await rejection(stream.launch(f, { grid: 2, block: 4 }, 1)), { number })
    expectCudaError(await gpu.lost, { number })
  })
})
