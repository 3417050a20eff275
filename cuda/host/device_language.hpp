// CUDA C++ for the host device: what a kernel can use when `compile` builds it with the system's C++ compiler. A subset of
// the language and its library, enough to test kernels where there is no GPU; docs/kernels.md lists it. Included in front
// of every source by itself. Numbers are the CPU's: a fast approximation here is the exact function.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#include "kernel_abi.hpp"

#define __CUDA_ARCH__ 900
#define __HEDDLE_HOST_DEVICE__ 1

// The compiler does not know these attributes; heddle looks for them in what the preprocessor leaves.
#define __global__ __attribute__((heddle_kernel))
#define __shared__ __attribute__((heddle_shared)) thread_local
#define __device__
#define __host__
#define __constant__ static
#define __managed__
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)
#define __maxnreg__(...)
#define __cluster_dims__(...)
#define __block_size__(...)
#define __grid_constant__
#define __builtin_align__(bytes) __attribute__((aligned(bytes)))

namespace heddle_host {

struct Trap {};

struct Thread {
  heddle_abi::Block* block = nullptr;
  heddle_abi::Extent index{0, 0, 0};
};
inline thread_local Thread thread;

[[noreturn]] inline void end(heddle_abi::Fault fault) {
  thread.block->fault = fault;
  throw Trap{};
}

// The other threads run on this very thread meanwhile, so what belongs to this one is set aside.
inline void wait(heddle_abi::Barrier barrier, unsigned mask) {
  const Thread self = thread;
  const unsigned current = self.block->current;
  self.block->wait(*self.block, barrier, mask);
  thread = self;
  self.block->current = current;
}

inline unsigned lane() { return thread.block->current % 32; }

// Tells the warp a word and hears that of another lane.
inline unsigned long long exchange(unsigned mask, unsigned long long word, unsigned from) {
  unsigned long long* const warp = thread.block->slots + thread.block->current / 32 * 32;
  warp[lane()] = word;
  wait(heddle_abi::Barrier::warp, mask);
  const unsigned long long heard = warp[from];
  wait(heddle_abi::Barrier::warp, mask);
  return heard;
}

template <class T>
T shuffle(unsigned mask, T value, unsigned from) {
  static_assert(sizeof(T) <= 8);
  unsigned long long word = 0;
  std::memcpy(&word, &value, sizeof value);
  word = exchange(mask, word, from);
  std::memcpy(&value, &word, sizeof value);
  return value;
}

inline unsigned ballot(unsigned mask, bool vote) {
  unsigned long long* const warp = thread.block->slots + thread.block->current / 32 * 32;
  warp[lane()] = vote ? 1 : 0;
  wait(heddle_abi::Barrier::warp, mask);
  unsigned votes = 0;
  const unsigned first = thread.block->current / 32 * 32;
  for (unsigned i = 0; i < 32 && first + i < thread.block->threads; ++i) {
    if ((mask >> i & 1U) != 0 && warp[i] != 0) votes |= 1U << i;
  }
  wait(heddle_abi::Barrier::warp, mask);
  return votes;
}

// The lane to hear, or this one when it would be in another part of the warp.
inline unsigned up(unsigned delta, unsigned width) { return lane() % width < delta ? lane() : lane() - delta; }
inline unsigned down(unsigned delta, unsigned width) {
  return lane() % width + delta >= width ? lane() : lane() + delta;
}
inline unsigned across(unsigned bits, unsigned width) {
  const unsigned other = lane() ^ bits;
  return other / width > lane() / width ? lane() : other;
}

template <auto Function, class... A, std::size_t... I>
void run(heddle_abi::Block& block, void (*)(A...), std::index_sequence<I...>) {
  thread.block = &block;
  while (block.next < block.threads) {
    const unsigned number = block.next++;
    const heddle_abi::Extent size = block.threads_of;
    block.current = number;
    thread.block = &block;
    thread.index = {number % size.x, number / size.x % size.y, number / size.x / size.y};
    try {
      Function(*static_cast<std::remove_reference_t<A>*>(block.arguments[I])...);
    } catch (const Trap&) {
      block.next = block.threads;
    }
  }
}

template <auto Function, class... A>
struct Entry {
  static constexpr unsigned offset(unsigned index) {
    constexpr unsigned sizes[] = {sizeof(A)..., 0};
    constexpr unsigned alignments[] = {alignof(A)..., 1};
    unsigned at = 0;
    for (unsigned i = 0; i <= index; ++i) {
      at = (at + alignments[i] - 1) / alignments[i] * alignments[i];
      if (i < index) at += sizes[i];
    }
    return at;
  }
  template <std::size_t... I>
  static const heddle_abi::Parameter* list(std::index_sequence<I...>) {
    static const heddle_abi::Parameter parameters[] = {{offset(I), sizeof(A)}..., {0, 0}};
    return parameters;
  }
  static void start(heddle_abi::Block& block) {
    run<Function>(block, static_cast<void (*)(A...)>(nullptr), std::index_sequence_for<A...>{});
  }
};

template <auto Function, class... A>
heddle_abi::Kernel entry(const char* name, void (*)(A...)) {
  using E = Entry<Function, A...>;
  return {name, sizeof...(A), E::list(std::index_sequence_for<A...>{}), &E::start};
}

}  // namespace heddle_host

// Built-in variables.

using uint3_builtin = heddle_abi::Extent;
#define threadIdx (heddle_host::thread.index)
#define blockIdx (heddle_host::thread.block->index)
#define blockDim (heddle_host::thread.block->threads_of)
#define gridDim (heddle_host::thread.block->grid)
#define warpSize 32

// Vectors.

#define HEDDLE_VECTOR(type, name, bytes2, bytes4)                                                             \
  struct name##1 { type x; };                                                                                \
  struct __attribute__((aligned(bytes2))) name##2 { type x, y; };                                            \
  struct name##3 { type x, y, z; };                                                                          \
  struct __attribute__((aligned(bytes4))) name##4 { type x, y, z, w; };                                      \
  inline name##1 make_##name##1(type x) { return {x}; }                                                      \
  inline name##2 make_##name##2(type x, type y) { return {x, y}; }                                           \
  inline name##3 make_##name##3(type x, type y, type z) { return {x, y, z}; }                                \
  inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
HEDDLE_VECTOR(signed char, char, 2, 4)
HEDDLE_VECTOR(unsigned char, uchar, 2, 4)
HEDDLE_VECTOR(short, short, 4, 8)
HEDDLE_VECTOR(unsigned short, ushort, 4, 8)
HEDDLE_VECTOR(int, int, 8, 16)
HEDDLE_VECTOR(unsigned, uint, 8, 16)
HEDDLE_VECTOR(long long, longlong, 16, 16)
HEDDLE_VECTOR(unsigned long long, ulonglong, 16, 16)
HEDDLE_VECTOR(float, float, 8, 16)
HEDDLE_VECTOR(double, double, 16, 16)
#undef HEDDLE_VECTOR

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

// Synchronisation.

inline void __syncthreads() { heddle_host::wait(heddle_abi::Barrier::block, 0xffffffffU); }
inline void __syncwarp(unsigned mask = 0xffffffffU) { heddle_host::wait(heddle_abi::Barrier::warp, mask); }
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __nanosleep(unsigned) {}
[[noreturn]] inline void __trap() { heddle_host::end(heddle_abi::Fault::trap); }

#undef assert
#define assert(condition)                                                                                     \
  ((condition) ? static_cast<void>(0)                                                                        \
               : (std::fprintf(stderr, "%s:%d: Assertion `%s` failed.\n", __FILE__, __LINE__, #condition),   \
                  heddle_host::end(heddle_abi::Fault::assertion)))

template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32) {
  const unsigned size = static_cast<unsigned>(width);
  return heddle_host::shuffle(mask, value, heddle_host::lane() / size * size + static_cast<unsigned>(from) % size);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return heddle_host::shuffle(mask, value, heddle_host::up(delta, static_cast<unsigned>(width)));
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return heddle_host::shuffle(mask, value, heddle_host::down(delta, static_cast<unsigned>(width)));
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
  return heddle_host::shuffle(
      mask, value, heddle_host::across(static_cast<unsigned>(bits), static_cast<unsigned>(width)));
}
inline unsigned __ballot_sync(unsigned mask, int vote) { return heddle_host::ballot(mask, vote != 0); }
inline int __any_sync(unsigned mask, int vote) { return heddle_host::ballot(mask, vote != 0) != 0; }
inline int __all_sync(unsigned mask, int vote) { return heddle_host::ballot(mask, vote == 0) == 0; }

// Atomics. Streams of one device run side by side, so they are real ones.

namespace heddle_host {
template <class T, class F>
T update(T* address, F changed) {
  T old;
  __atomic_load(address, &old, __ATOMIC_RELAXED);
  for (;;) {
    T fresh = changed(old);
    if (__atomic_compare_exchange(address, &old, &fresh, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return old;
  }
}
template <class T>
struct Same {
  using type = T;
};
template <class T>
using same = typename Same<T>::type;
}  // namespace heddle_host

template <class T>
T atomicAdd(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return static_cast<T>(old + value); });
}
template <class T>
T atomicSub(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return static_cast<T>(old - value); });
}
template <class T>
T atomicMin(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return value < old ? value : old; });
}
template <class T>
T atomicMax(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return old < value ? value : old; });
}
template <class T>
T atomicAnd(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return static_cast<T>(old & value); });
}
template <class T>
T atomicOr(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return static_cast<T>(old | value); });
}
template <class T>
T atomicXor(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T old) { return static_cast<T>(old ^ value); });
}
template <class T>
T atomicExch(T* address, heddle_host::same<T> value) {
  return heddle_host::update(address, [value](T) { return value; });
}
template <class T>
T atomicCAS(T* address, heddle_host::same<T> expected, heddle_host::same<T> value) {
  __atomic_compare_exchange(address, &expected, &value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
  return expected;
}
inline unsigned atomicInc(unsigned* address, unsigned limit) {
  return heddle_host::update(address, [limit](unsigned old) { return old >= limit ? 0 : old + 1; });
}
inline unsigned atomicDec(unsigned* address, unsigned limit) {
  return heddle_host::update(address, [limit](unsigned old) { return old == 0 || old > limit ? limit : old - 1; });
}

// Numbers.

template <class T>
T __ldg(const T* address) {
  return *address;
}

#define HEDDLE_LEAST_AND_MOST(type)                              \
  inline type min(type a, type b) { return b < a ? b : a; }      \
  inline type max(type a, type b) { return a < b ? b : a; }
HEDDLE_LEAST_AND_MOST(int)
HEDDLE_LEAST_AND_MOST(unsigned)
HEDDLE_LEAST_AND_MOST(long)
HEDDLE_LEAST_AND_MOST(unsigned long)
HEDDLE_LEAST_AND_MOST(long long)
HEDDLE_LEAST_AND_MOST(unsigned long long)
#undef HEDDLE_LEAST_AND_MOST
inline float min(float a, float b) { return std::fmin(a, b); }
inline float max(float a, float b) { return std::fmax(a, b); }
inline double min(double a, double b) { return std::fmin(a, b); }
inline double max(double a, double b) { return std::fmax(a, b); }
inline unsigned min(int a, unsigned b) { return min(static_cast<unsigned>(a), b); }
inline unsigned min(unsigned a, int b) { return min(a, static_cast<unsigned>(b)); }
inline unsigned max(int a, unsigned b) { return max(static_cast<unsigned>(a), b); }
inline unsigned max(unsigned a, int b) { return max(a, static_cast<unsigned>(b)); }

inline float rsqrtf(float x) { return 1.0F / std::sqrt(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
inline float exp10f(float x) { return std::pow(10.0F, x); }
inline double exp10(double x) { return std::pow(10.0, x); }
inline float __saturatef(float x) { return x > 0.0F ? std::fmin(x, 1.0F) : 0.0F; }
inline float __expf(float x) { return std::exp(x); }
inline float __exp10f(float x) { return std::pow(10.0F, x); }
inline float __logf(float x) { return std::log(x); }
inline float __log2f(float x) { return std::log2(x); }
inline float __log10f(float x) { return std::log10(x); }
inline float __sinf(float x) { return std::sin(x); }
inline float __cosf(float x) { return std::cos(x); }
inline float __tanf(float x) { return std::tan(x); }
inline void __sincosf(float x, float* sine, float* cosine) { *sine = std::sin(x), *cosine = std::cos(x); }
inline float __powf(float x, float y) { return std::pow(x, y); }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fmaf_rn(float x, float y, float z) { return std::fma(x, y, z); }
inline float __frcp_rn(float x) { return 1.0F / x; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline float __frsqrt_rn(float x) { return 1.0F / std::sqrt(x); }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __fma_rn(double x, double y, double z) { return std::fma(x, y, z); }

inline int __float2int_rn(float x) { return static_cast<int>(std::nearbyint(x)); }
inline int __float2int_rz(float x) { return static_cast<int>(x); }
inline int __float2int_rd(float x) { return static_cast<int>(std::floor(x)); }
inline int __float2int_ru(float x) { return static_cast<int>(std::ceil(x)); }
inline unsigned __float2uint_rn(float x) { return static_cast<unsigned>(std::nearbyint(x)); }
inline unsigned __float2uint_rz(float x) { return static_cast<unsigned>(x); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }

namespace heddle_host {
template <class To, class From>
To bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}
}  // namespace heddle_host
inline float __int_as_float(int x) { return heddle_host::bits<float>(x); }
inline int __float_as_int(float x) { return heddle_host::bits<int>(x); }
inline float __uint_as_float(unsigned x) { return heddle_host::bits<float>(x); }
inline unsigned __float_as_uint(float x) { return heddle_host::bits<unsigned>(x); }
inline double __longlong_as_double(long long x) { return heddle_host::bits<double>(x); }
inline long long __double_as_longlong(double x) { return heddle_host::bits<long long>(x); }

inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline unsigned __brev(unsigned x) {
  unsigned reversed = 0;
  for (int i = 0; i < 32; ++i, x >>= 1) reversed = reversed << 1 | (x & 1U);
  return reversed;
}
inline int __mul24(int x, int y) { return x * y; }
inline int __mulhi(int x, int y) { return static_cast<int>(static_cast<long long>(x) * y >> 32); }
inline unsigned __umulhi(unsigned x, unsigned y) {
  return static_cast<unsigned>(static_cast<unsigned long long>(x) * y >> 32);
}
