import type { ParameterType } from '../../lib/cuda/kernel-types.js'
import { tabbed, tabbedKernels } from './tabbed-kernels.ts'

/** Sources, and the kernels that both TypeScript and the running program must find in them. */
export const signatures = {
  'six kernels of ten parameters, indented by tabs': { source: tabbed, kernels: tabbedKernels },
  'a tab before every parameter': {
    source:
      '\textern "C" __global__ void a(\n\t\tunsigned\tn,\n\t\tconst float*\t__restrict__\tx,\r\n\t\tunsigned  \t long\n\tlong\ttotal\n\t)\n\t{\n\t}\n',
    kernels: { a: ['u32', 'f32*', 'u64'] },
  },
  'attributes of CUDA, on either side of void': {
    source: `
      extern "C" __global__ void __cluster_dims__(2,1,1) a(int n) {}
      extern "C" __global__ __cluster_dims__(2, 1, 1) void b(float* x) {}
      extern "C" __global__ void __maxnreg__(64) c(int n) {}
      extern "C" __global__ __launch_bounds__(256, (2 + 1)) void d(double x) {}
      extern "C" __launch_bounds__(128) __global__ void e(int n);
      extern "C" void __launch_bounds__(64) __global__ f(bool b) {}
      extern "C" __global__ void __launch_bounds__(256, 2) __cluster_dims__(2) g(int n) {}`,
    kernels: {
      a: ['i32'],
      b: ['f32*'],
      c: ['i32'],
      d: ['f64'],
      e: ['i32'],
      f: ['bool'],
      g: ['i32'],
    },
  },
  'attributes of C++ and of GNU': {
    source: `
      extern "C" __global__ __attribute__((noinline)) void a(int n) {}
      extern "C" [[maybe_unused]] __global__ void b(float x) {}
      extern "C" __global__ [[gnu::aligned(4)]] void c([[maybe_unused]] int n, float* x) {}
      extern "C" void __global__ d(int n) {}
      extern "C" __global__ void __attribute__((aligned(8))) e(int n) {}
      extern "C" __global__ void f(int n) noexcept {}`,
    kernels: { a: ['i32'], b: ['f32'], c: ['i32', 'f32*'], d: ['i32'], e: ['i32'], f: ['i32'] },
  },
  'digits apart, and quotes as characters': {
    source: `
      constexpr int big = 1'000; constexpr char quote = '"'; constexpr char brace = '{';
      extern "C" __global__ void a(int n) { if (n < 1'000'000 && quote == '\\'') {} }
      extern "C" { __global__ void b(float* x) { char c = '}'; char d = '"'; } __global__ void c(int n) {} }`,
    kernels: { a: ['i32'], b: ['f32*'], c: ['i32'] },
  },
  'names that every object has': {
    source: `extern "C" __global__ void toString(float constructor, constructor valueOf, bool hasOwnProperty) {}`,
    kernels: { toString: ['f32', 'bytes', 'bool'] },
  },
  defaults: {
    source: `extern "C" __global__ void a(int n = 4, int size = sizeof(int), float* x = nullptr, V v = make(1, 2),
                                          unsigned m = (1 + 2) * 3) {}`,
    kernels: { a: ['i32', 'i32', 'f32*', 'bytes', 'u32'] },
  },
  'types with arguments of their own': {
    source: `extern "C" __global__ void a(V<int,float> v, int n, W<V<int*>, 3> w, V<float>* p, const V<int> *q, int m) {}`,
    kernels: { a: ['bytes', 'i32', 'bytes', 'void*', 'void*', 'i32'] },
  },
  'integers in any order': {
    source: `
      extern "C" __global__ void a(long unsigned a, signed long long b, unsigned long int c, int long d, long e,
                                   short unsigned int f, char unsigned g, int short h, unsigned const int i) {}
      extern "C" __global__ void b(long unsigned int* a, signed long long *b, int unsigned c[], long long unsigned) {}
      extern "C" __global__ void c(unsigned, long int, signed char, unsigned short int, signed n, long double x) {}`,
    kernels: {
      a: ['u64', 'i64', 'u64', 'i64', 'i64', 'u16', 'u8', 'i16', 'u32'],
      b: ['u64*', 'i64*', 'u32*', 'u64'],
      c: ['u32', 'i64', 'i8', 'u16', 'i32', 'bytes'],
    },
  },
  'names with a scope': {
    source: `extern "C" __global__ void a(std::size_t n, ::std::uint32_t m, std :: int8_t *x, cuda::std::int64_t i, my::type t) {}`,
    kernels: { a: ['u64', 'u32', 'i8*', 'i64', 'bytes'] },
  },
  'what is behind a block has no C linkage': {
    source: `
      extern "C" { __global__ void a(int n) { if (n) { } else { } } struct S { int x; }; }
      __global__ void notC(int n) {}
      extern "C"
      {
        int table[] = {1, 2};
        __global__ void b(float x);
        namespace inner { __global__ void c(int n) {} }
        __global__ void d(int n) {}
        extern "C++" { __global__ void mangled(int n) {} }
      }
      namespace outer { __global__ void mangled2(int n) {} extern "C" __global__ void e(int n) {} }
      extern "C" int f; __global__ void mangled3(int n) {}`,
    kernels: { a: ['i32'], b: ['f32'], c: ['i32'], d: ['i32'], e: ['i32'] },
  },
  'strings that look like comments, and the other way round': {
    source: `
      const char* url = "http://x"; const char* open = "/*"; const char* quoted = "a \\" // b \\\\";
      // it's "C" here, and extern "C" __global__ void commented(int n) {}
      const char* raw = R"x( " // )" /* )x";
      extern "C" __global__ void a(int n) { printf("extern \\"C\\" { __global__ void no(int n) {} //"); }
      /* " */ extern "C" __global__ void b(int n) {} // "`,
    kernels: { a: ['i32'], b: ['i32'] },
  },
  'comments and breaks between any two words': {
    source: `extern/* a */"C"// b
      __global__/**/void
      a/* c */(int/* n, m */n,// d
      float/**/*x)/* e */{}`,
    kernels: { a: ['i32', 'f32*'] },
  },
  'templates and other functions are none': {
    source: `template <class T> __global__ void t(T x) {} __device__ int d(int n) { return n; } __global__ void m(int n);`,
    kernels: {},
  },
} as const satisfies Record<string, { source: string; kernels: Record<string, readonly ParameterType[]> }>
