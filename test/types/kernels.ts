// What TypeScript reads out of the source text of kernels. Checked by `npm run types`; never run.
import type {
  Device,
  DeviceArray,
  Kernel,
  Kernels,
  Library,
  PinnedArray,
  Stream,
  StreamOp,
} from 'heddle/cuda'
import type { Equal } from './equal.ts'

function same<A, B>(_: Equal<A, B>): void {}

type Array<D extends 'f32' | 'i32' | 'u8' | 'f64' | 'u64' | 'f16' | 'bf16' | 'u32' | 'i8'> =
  | DeviceArray<D>
  | PinnedArray<D>
  | null
type Anything = DeviceArray | PinnedArray | null
type TakenBy<K> = K extends Kernel<infer A> ? A : never

/** The arguments of the only kernel `k` of a source. */
type Arguments<S extends string> = Kernels<S> extends { readonly k: infer K } ? TakenBy<K> : 'none'

type Whole = bigint | number

export function scalars(): void {
  same<
    Arguments<'extern "C" __global__ void k(int a, unsigned b, unsigned int c)'>,
    [number, number, number]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(long a, unsigned long b, long long c)'>,
    [Whole, Whole, Whole]
  >(true)
  same<Arguments<'extern "C" __global__ void k(unsigned long long int n, size_t m)'>, [Whole, Whole]>(true)
  same<
    Arguments<'extern "C" __global__ void k(std::size_t n, std::uint32_t m, int64_t o)'>,
    [Whole, number, Whole]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(float a, double b, half c, __half d, __nv_bfloat16 e)'>,
    [number, number, number, number, number]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(bool a, char b, signed char c, unsigned char d, short e)'>,
    [boolean, number, number, number, number]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(const int n, int const m, volatile float x)'>,
    [number, number, number]
  >(true)
}

export function pointers(): void {
  same<
    Arguments<'extern "C" __global__ void k(float* a, float *b, float * c, float*d)'>,
    [Array<'f32'>, Array<'f32'>, Array<'f32'>, Array<'f32'>]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(const float* __restrict__ a, float const *b, int* const c)'>,
    [Array<'f32'>, Array<'f32'>, Array<'i32'>]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(unsigned long long* a, size_t* b, uint8_t* c, double d[])'>,
    [Array<'u64'>, Array<'u64'>, Array<'u8'>, Array<'f64'>]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(half* a, __nv_bfloat16* b, bool* c, char* d)'>,
    [Array<'f16'>, Array<'bf16'>, Array<'u8'>, Array<'i8'>]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(void* a, const void* b, float2* c, Thing* d, float** e)'>,
    [Anything, Anything, Anything, Anything, Anything]
  >(true)
}

export function shapes(): void {
  same<Arguments<'extern "C" __global__ void k()'>, []>(true)
  same<Arguments<'extern "C" __global__ void k(void)'>, []>(true)
  same<
    Arguments<'extern "C" __global__ void k(int, unsigned, float*, size_t)'>,
    [number, number, Array<'f32'>, Whole]
  >(true)
  same<Arguments<'extern "C" __global__ void k(float4 a, Thing b)'>, [Uint8Array, Uint8Array]>(true)
  same<Arguments<'extern "C" __global__ void __launch_bounds__(256, 2) k(int n) {}'>, [number]>(true)
  same<Arguments<'extern "C" __global__ __launch_bounds__(256) void k(int n) {}'>, [number]>(true)
  same<Arguments<'extern  "C"\n__global__\nvoid\nk(\n  int n,\n\tfloat* x\n)\n{ }'>, [number, Array<'f32'>]>(
    true,
  )
  same<
    Arguments<'extern "C" __global__ void k(int n /* how many, at least */, // of them\n float* x) {}'>,
    [number, Array<'f32'>]
  >(true)
  same<
    Arguments<'extern "C" __global__ void k(int n); extern "C" __global__ void k(int n) { n / 2; }'>,
    [number]
  >(true)
  same<Arguments<'template <class T> __global__ void k(T x) {}'>, 'none'>(true)
  same<Arguments<'// extern "C" __global__ void k(int n)\n'>, 'none'>(true)
  same<Arguments<'/* extern "C" __global__ void k(int n) */'>, 'none'>(true)
  same<Arguments<'int main() { return 1 / 2; }'>, 'none'>(true)
}

export async function many(gpu: Device, stream: Stream): Promise<void> {
  const kernels = await gpu.compile(`
    #include <cstdint>
    __device__ float half_of(float x) { return x / 2; }  // not a kernel

    extern "C" __global__ void scale(unsigned n, float a, float* __restrict__ x) {
      const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
      if (i < n) x[i] *= half_of(a);
    }
    /* The second one. */
    extern "C" __global__ void __launch_bounds__(128)
    count(const uint32_t* x, unsigned long long* total) { atomicAdd(total, x[0]); }

    __global__ void hidden(int n) {}
  `)
  same<keyof typeof kernels, 'scale' | 'count'>(true)
  same<TakenBy<typeof kernels.scale>, [number, number, Array<'f32'>]>(true)
  same<TakenBy<typeof kernels.count>, [Array<'u32'>, Array<'u64'>]>(true)

  const { both, other } = await gpu.compile(`extern "C" {
    __global__ void both(int n) { if (n) { } }
    __global__ void other(float* x) { }
  }`)
  same<TakenBy<typeof both>, [number]>(true)
  same<TakenBy<typeof other>, [Array<'f32'>]>(true)

  const x = await gpu.alloc('f32', 4)
  const done = stream.launch(kernels.scale, { grid: 1, block: [4] }, 4, 2, x)
  same<typeof done, StreamOp>(true)
  stream.launch(kernels.scale, { grid: [1, 1], block: [4, 1, 1], shared: 16 }, 4, 2, null)
  // @ts-expect-error there is no such kernel
  kernels.hidden
  // @ts-expect-error an argument is missing
  stream.launch(kernels.scale, { grid: 1, block: 4 }, 4, 2)
  // @ts-expect-error one too many
  stream.launch(kernels.scale, { grid: 1, block: 4 }, 4, 2, x, 5)
  // @ts-expect-error of another type
  stream.launch(kernels.scale, { grid: 1, block: 4 }, 4, '2', x)
  // @ts-expect-error an array of another dtype
  stream.launch(kernels.scale, { grid: 1, block: 4 }, 4, 2, await gpu.alloc('f64', 4))
  // @ts-expect-error ordinary memory is nothing that a kernel can reach
  stream.launch(kernels.scale, { grid: 1, block: 4 }, 4, 2, new Float32Array(4))
  // @ts-expect-error the grid is missing
  stream.launch(kernels.scale, { block: 4 }, 4, 2, x)
  // @ts-expect-error no such option
  stream.launch(kernels.scale, { grid: 1, block: 4, threads: 2 }, 4, 2, x)
  // @ts-expect-error four dimensions
  stream.launch(kernels.scale, { grid: [1, 1, 1, 1], block: 4 }, 4, 2, x)
}

export async function images(library: Library, stream: Stream, x: DeviceArray<'f32'>): Promise<void> {
  const saxpy = await library.kernel('saxpy', ['u32', 'f32', 'f32*', 'f32*'])
  same<TakenBy<typeof saxpy>, [number, number, Array<'f32'>, Array<'f32'>]>(true)
  stream.launch(saxpy, { grid: 1, block: 1 }, 1, 2, x, x)
  const odd = await library.kernel('odd', ['bool', 'u64', 'void*', 'bytes'])
  same<TakenBy<typeof odd>, [boolean, Whole, Anything, Uint8Array]>(true)
  // @ts-expect-error no such type
  await library.kernel('saxpy', ['float'])
}

export async function unread(gpu: Device, stream: Stream, source: string): Promise<void> {
  // With `noUncheckedIndexedAccess` it may be missing.
  const { anything: kernel } = await gpu.compile(source)
  if (kernel !== undefined) stream.launch(kernel, { grid: 1, block: 1 }, 1, 2n, null, new Uint8Array(4))
}
