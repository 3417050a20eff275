import type { DeviceArray, Stream } from 'heddle/cuda'
import { describe, expect, it, vi } from 'vitest'
import { download } from './bytes.ts'
import { needsCompiler } from './compilers.ts'
import { onEachDevice, openHost } from './target.ts'

// A compiler has its own idea of time.
vi.setConfig({ testTimeout: 120_000 })

const floats = async (stream: Stream, array: DeviceArray<'f32'>) =>
  new Float32Array((await download(stream, array)).buffer)
const words = async (stream: Stream, array: DeviceArray<'u32'>) =>
  new Uint32Array((await download(stream, array)).buffer)

onEachDevice('kernels from source', (target) => {
  needsCompiler(target.id)

  it('run with the arguments they are given', async () => {
    const { gpu, stream } = await target.stream()
    const { saxpy } = await gpu.compile(`
      extern "C" __global__ void saxpy(unsigned n, float a, const float* __restrict__ x, float* __restrict__ y) {
        const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) y[i] += a * x[i];
      }`)
    const n = 1000
    const [x, y] = [await gpu.alloc('f32', n), await gpu.alloc('f32', n)]
    stream.copy(
      x,
      Float32Array.from({ length: n }, (_, i) => i),
    )
    stream.fill(y, 1)
    await stream.launch(saxpy, { grid: Math.ceil(n / 256), block: 256 }, n, 2, x, y)
    expect([...(await floats(stream, y))]).toEqual(Array.from({ length: n }, (_, i) => 1 + 2 * i))
  })

  it('take every type of number, and slices where they begin', async () => {
    const { gpu, stream } = await target.stream()
    const { all } = await gpu.compile(`
      struct Pair { int a, b; };
      extern "C" __global__ void all(bool b, signed char c, unsigned char d, short e, unsigned short f, int g, unsigned h,
                                     long long i, unsigned long long j, float k, double l, size_t m, Pair p,
                                     double* out) {
        const double values[] = {(double)b, (double)c, (double)d, (double)e, (double)f, (double)g, (double)h, (double)i,
                                 (double)j, (double)k, l, (double)m, (double)p.a, (double)p.b};
        for (int n = 0; n < 14; ++n) out[n] = values[n];
      }`)
    const out = await gpu.alloc('f64', 16)
    stream.fill(out, 0)
    const pair = new Uint8Array(new Int32Array([7, -9]).buffer)
    const given = [true, -1, 255, -300, 65_535, -70_000, 4e9, -5n, 2n ** 40n, 1.5, 0.1, 12] as const
    await stream.launch(all, { grid: 1, block: 1 }, ...given, pair, out.slice(1))
    const found = [...new Float64Array((await download(stream, out)).buffer)]
    expect(found).toEqual([0, 1, ...given.slice(1).map(Number), 7, -9, 0])
  })

  it('may take a null pointer', async () => {
    const { gpu, stream } = await target.stream()
    const { check } = await gpu.compile(
      'extern "C" __global__ void check(const int* p, unsigned* out) { *out = p == nullptr ? 1 : 2; }',
    )
    const out = await gpu.alloc('u32', 1)
    await stream.launch(check, { grid: 1, block: 1 }, null, out)
    expect([...(await words(stream, out))]).toEqual([1])
  })

  it('know their place in grids and blocks of three dimensions', async () => {
    const { gpu, stream } = await target.stream()
    const { mark } = await gpu.compile(`
      extern "C" __global__ void mark(unsigned* out) {
        const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
        const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
        const unsigned threads = blockDim.x * blockDim.y * blockDim.z;
        atomicAdd(&out[block * threads + thread], block * 1000 + thread + 1);
      }`)
    const out = await gpu.alloc('u32', 2 * 3 * 4 * 5 * 3 * 2)
    stream.fill(out, 0)
    await stream.launch(mark, { grid: [2, 3, 4], block: [5, 3, 2] }, out)
    const expected = Array.from({ length: out.length }, (_, i) => Math.floor(i / 30) * 1000 + (i % 30) + 1)
    expect([...(await words(stream, out))]).toEqual(expected)
  })

  it('share memory, and meet at barriers', async () => {
    const { gpu, stream } = await target.stream()
    const { reduce, turn } = await gpu.compile(`
      extern "C" __global__ void reduce(const float* x, float* sums) {
        __shared__ float part[256];
        const unsigned i = threadIdx.x;
        part[i] = x[blockIdx.x * 256 + i];
        __syncthreads();
        for (unsigned stride = 128; stride > 0; stride /= 2) {
          if (i < stride) part[i] += part[i + stride];
          __syncthreads();
        }
        if (i == 0) sums[blockIdx.x] = part[0];
      }
      extern "C" __global__ void turn(unsigned* x) {
        extern __shared__ unsigned kept[];
        kept[threadIdx.x] = x[threadIdx.x];
        __syncthreads();
        x[threadIdx.x] = kept[blockDim.x - 1 - threadIdx.x];
      }`)
    const x = await gpu.alloc('f32', 256 * 10)
    const sums = await gpu.alloc('f32', 10)
    stream.copy(
      x,
      Float32Array.from({ length: x.length }, (_, i) => (i % 256 === 0 ? i / 256 : 1)),
    )
    stream.launch(reduce, { grid: 10, block: 256 }, x, sums)
    expect([...(await floats(stream, sums))]).toEqual(Array.from({ length: 10 }, (_, i) => i + 255))
    const order = await gpu.alloc('u32', 100)
    stream.copy(
      order,
      Uint32Array.from({ length: 100 }, (_, i) => i),
    )
    stream.launch(turn, { grid: 1, block: 100, shared: 400 }, order)
    expect([...(await words(stream, order))]).toEqual(Array.from({ length: 100 }, (_, i) => 99 - i))
  })

  it('tell each other things within a warp', async () => {
    const { gpu, stream } = await target.stream()
    const { warps } = await gpu.compile(`
      extern "C" __global__ void warps(unsigned* sum, unsigned* votes) {
        unsigned value = threadIdx.x;
        for (int delta = 16; delta > 0; delta /= 2) value += __shfl_down_sync(0xffffffffu, value, delta);
        if (threadIdx.x % 32 == 0) sum[threadIdx.x / 32] = value;
        const unsigned ballot = __ballot_sync(0xffffffffu, threadIdx.x % 3 == 0);
        if (threadIdx.x % 32 == 0) votes[threadIdx.x / 32] = ballot;
      }`)
    const [sum, votes] = [await gpu.alloc('u32', 3), await gpu.alloc('u32', 3)]
    stream.launch(warps, { grid: 1, block: 96 }, sum, votes)
    const lanes = Array.from({ length: 96 }, (_, i) => i)
    const perWarp = (f: (lane: number) => number) =>
      [0, 1, 2].map((warp) => lanes.slice(32 * warp, 32 * warp + 32).reduce((a, i) => a + f(i), 0))
    expect([...(await words(stream, sum))]).toEqual(perWarp((i) => i))
    expect([...(await words(stream, votes))]).toEqual(perWarp((i) => (i % 3 === 0 ? 2 ** (i % 32) : 0)))
  })

  it('count together, on numbers of every kind', async () => {
    const { gpu, stream } = await target.stream()
    const { atomics } = await gpu.compile(`
      extern "C" __global__ void atomics(int* i, unsigned* u, unsigned long long* l, float* f) {
        const unsigned n = blockIdx.x * blockDim.x + threadIdx.x;
        atomicAdd(&i[0], 1); atomicSub(&i[1], 1); atomicMin(&i[2], -(int)n); atomicMax(&i[3], (int)n);
        atomicOr(&u[0], 1u << n % 32); atomicAnd(&u[1], ~(1u << n % 7)); atomicXor(&u[2], n); atomicInc(&u[3], 9);
        atomicAdd(&l[0], 1ull << 33); atomicCAS(&l[1], 0ull, 5ull); atomicExch(&l[2], 8ull);
        atomicAdd(&f[0], 0.5f);
      }`)
    const [i, u] = [await gpu.alloc('i32', 4), await gpu.alloc('u32', 4)]
    const [l, f] = [await gpu.alloc('u64', 3), await gpu.alloc('f32', 1)]
    stream.copy(i, new Int32Array([0, 0, 0, 0]))
    stream.copy(u, new Uint32Array([0, 2 ** 32 - 1, 0, 0]))
    stream.copy(l, new BigUint64Array(3))
    stream.fill(f, 0)
    await stream.launch(atomics, { grid: 4, block: 64 }, i, u, l, f)
    expect([...new Int32Array((await download(stream, i)).buffer)]).toEqual([256, -256, -255, 255])
    expect([...(await words(stream, u))]).toEqual([2 ** 32 - 1, 2 ** 32 - 128, 0, 256 % 10])
    expect([...new BigUint64Array((await download(stream, l)).buffer)]).toEqual([256n << 33n, 5n, 8n])
    expect([...(await floats(stream, f))]).toEqual([128])
  })

  it('include headers, and see macros', async () => {
    const { gpu, stream } = await target.stream()
    const { add } = await gpu.compile(
      `#include "more/amount.h"
       extern "C" __global__ void add(int* x) { *x += amount() * FACTOR; }
       #if 0
       extern "C" __global__ void left_out(int* x) {}
       #endif`,
      {
        headers: { 'more/amount.h': '__device__ inline int amount() { return 20; }' },
        options: ['-DFACTOR=2'],
      },
    )
    const x = await gpu.alloc('i32', 1)
    stream.fill(x, 2)
    await stream.launch(add, { grid: 1, block: 1 }, x)
    expect([...new Int32Array((await download(stream, x)).buffer)]).toEqual([42])
  })

  it('are found wherever and however they are declared', async () => {
    const { gpu, stream } = await target.stream()
    const { a, b, c, d } = await gpu.compile(`
      constexpr int step = 1'000 / 250;
      namespace outer {
        __device__ int amount() { return step; }
        extern "C" __global__ void __launch_bounds__(32) a(int* x) { atomicAdd(x, amount()); }
        namespace inner { extern "C" [[maybe_unused]] __global__ void b(int* x, long unsigned n) { atomicAdd(x, (int)n); } }
      }
      extern "C" { namespace { __global__ void __maxnreg__(64) c(int* x, int n = sizeof(int), int m = 4) { atomicAdd(x, n * m); } } }
      template <class T, int N> struct V { T values[N]; };
      extern "C" __global__ __attribute__((noinline)) void d(int* x, V<int,2> v) { atomicAdd(x, v.values[1]); }`)
    const x = await gpu.alloc('i32', 1)
    stream.fill(x, 0)
    const one = { grid: 1, block: 1 }
    stream.launch(a, one, x)
    stream.launch(b, one, x, 100n)
    stream.launch(c, one, x, 50, 20)
    stream.launch(d, one, x, new Uint8Array(new Int32Array([1, 10_000]).buffer))
    expect([...new Int32Array((await download(stream, x)).buffer)]).toEqual([11_104])
  })

  it('use mathematics and vectors', async () => {
    const { gpu, stream } = await target.stream()
    const { maths } = await gpu.compile(`
      __device__ float length(float4 v) { return sqrtf(v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w); }
      __constant__ float table[3] = {1.0f, 2.0f, 4.0f};
      extern "C" __global__ void maths(float* out) {
        out[0] = length(make_float4(1, 1, 1, 1));
        out[1] = rsqrtf(4.0f);
        out[2] = fmaxf(1.0f, table[2]) + min(3, 4);
        out[3] = __expf(0.0f) + __fdividef(1.0f, 2.0f);
        out[4] = (float)__popc(255u) + (float)__clz(1);
        out[5] = __int_as_float(0x3f800000);
      }`)
    const out = await gpu.alloc('f32', 6)
    await stream.launch(maths, { grid: 1, block: 1 }, out)
    const found = [...(await floats(stream, out))]
    for (const [i, value] of [2, 0.5, 7, 1.5, 39, 1].entries()) expect(found[i]).toBeCloseTo(value, 5)
  })

  it('take their turn among copies and fills of their stream', async () => {
    const { gpu, stream } = await target.stream()
    const { add } = await gpu.compile('extern "C" __global__ void add(unsigned* x) { x[threadIdx.x] += 1; }')
    const x = await gpu.alloc('u32', 64)
    const after: Uint32Array[] = []
    for (let round = 0; round < 50; ++round) {
      stream.fill(x, round * 10)
      stream.launch(add, { grid: 1, block: 64 }, x)
      stream.launch(add, { grid: 1, block: 32 }, x)
      const copy = new Uint32Array(64)
      stream.copy(copy, x)
      after.push(copy)
    }
    await stream.sync()
    after.forEach((copy, round) => {
      expect([...copy]).toEqual(Array.from({ length: 64 }, (_, i) => round * 10 + (i < 32 ? 2 : 1)))
    })
  })

  it('keep the memory they use, whatever becomes of the arrays', async () => {
    const { gpu, stream } = await target.stream()
    const { add } = await gpu.compile(
      'extern "C" __global__ void add(const unsigned* x, unsigned* y) { *y += *x; }',
    )
    const y = await gpu.alloc('u32', 1)
    stream.fill(y, 0)
    for (let i = 1; i <= 20; ++i) {
      const x = await gpu.alloc('u32', 1)
      stream.fill(x, i)
      stream.launch(add, { grid: 1, block: 1 }, x, y)
      x.dispose()
    }
    add.library.dispose()
    expect([...(await words(stream, y))]).toEqual([210])
  })

  it('can be launched by the thousand before anything is drained', async () => {
    const { gpu, stream } = await target.stream()
    const { add } = await gpu.compile('extern "C" __global__ void add(unsigned n, unsigned* x) { *x += n; }')
    const x = await gpu.alloc('u32', 1)
    stream.fill(x, 0)
    for (let i = 0; i < 10_000; ++i) stream.launch(add, { grid: 1, block: 1 }, i, x)
    expect([...(await words(stream, x))]).toEqual([(9999 * 10_000) / 2])
  })

  it('can be part of a graph', async () => {
    const { gpu, stream } = await target.stream()
    const { add } = await gpu.compile('extern "C" __global__ void add(unsigned n, unsigned* x) { *x += n; }')
    const x = await gpu.alloc('u32', 1)
    stream.fill(x, 0)
    using graph = await stream.capture((s) => {
      for (let i = 1; i <= 4; ++i) s.launch(add, { grid: 1, block: 1 }, i, x)
    })
    for (let i = 0; i < 3; ++i) graph.launch()
    expect([...(await words(stream, x))]).toEqual([30])
  })

  it('say how many of their blocks fit', async () => {
    const { gpu } = await target.stream()
    const { nothing } = await gpu.compile('extern "C" __global__ void nothing() {}')
    const { blocksPerMultiprocessor, suggestedBlock, suggestedGrid } = await nothing.occupancy({ block: 128 })
    expect(blocksPerMultiprocessor).toBeGreaterThan(0)
    expect(suggestedBlock).toBeGreaterThan(0)
    expect(suggestedGrid).toBeGreaterThan(0)
  })
})

describe('kernels on the host device', () => {
  needsCompiler('host')

  it('have as much local memory as a GPU gives a thread, barriers or not', async () => {
    const gpu = await openHost()
    const stream = gpu.stream()
    const { large } = await gpu.compile(`
      extern "C" __global__ void large(int* x) {
        volatile char local[512 * 1024 - 1024];
        for (unsigned i = 0; i < sizeof(local); i += 1000) local[i] = threadIdx.x;
        __syncthreads();
        for (unsigned i = 0; i < sizeof(local); i += 1000) if (local[i] != (char)threadIdx.x) return;
        atomicAdd(x, 1);
      }`)
    const x = await gpu.alloc('i32', 1)
    stream.fill(x, 0)
    stream.launch(large, { grid: 2, block: 64 }, x)
    expect([...new Int32Array((await download(stream, x)).buffer)]).toEqual([128])
  })

  it('are not there when they have no C linkage', async () => {
    const gpu = await openHost()
    const kernels = await gpu.compile('__global__ void mangled() {}')
    expect(Object.keys(kernels)).toEqual([])
  })
})
