// counters[b] += how often the byte b occurs in source, for all 256 values. The CPU twin is host/histogram.cpp.
//
// Each warp counts into a table of its own in shared memory, so that only the 32 lanes of a warp contend; the tables are
// added up once per block. 16 bytes are loaded at a time, after the few bytes before the first 16-byte boundary.

#include <cstdint>

namespace {

constexpr unsigned kValues = 256;
constexpr unsigned kBlock = 256;  // also in cudart/kernels.cpp
constexpr unsigned kWarps = kBlock / 32;

__device__ __forceinline__ void count_byte(unsigned* table, unsigned value) { atomicAdd(&table[value], 1U); }

// Four bytes; a run of equal ones, which real data is full of, is added at once.
__device__ __forceinline__ void count_word(unsigned* table, unsigned word) {
  const unsigned first = word & 0xffU;
  if (word == first * 0x01010101U) {
    atomicAdd(&table[first], 4U);
    return;
  }
  count_byte(table, first);
  count_byte(table, (word >> 8) & 0xffU);
  count_byte(table, (word >> 16) & 0xffU);
  count_byte(table, word >> 24);
}

}  // namespace

extern "C" __global__ void __launch_bounds__(kBlock)
    heddle_histogram(unsigned long long* counters, const unsigned char* source, unsigned long long bytes) {
  __shared__ unsigned tables[kWarps][kValues];
  for (unsigned i = threadIdx.x; i < kWarps * kValues; i += kBlock) tables[0][i] = 0;
  __syncthreads();

  unsigned* const table = tables[threadIdx.x / 32];
  const unsigned long long thread = static_cast<unsigned long long>(blockIdx.x) * kBlock + threadIdx.x;
  const unsigned long long threads = static_cast<unsigned long long>(gridDim.x) * kBlock;

  unsigned long long head = (16 - reinterpret_cast<std::uintptr_t>(source) % 16) % 16;
  if (head > bytes) head = bytes;
  const unsigned long long vectors = (bytes - head) / 16;
  const unsigned long long tail = head + vectors * 16;
  const uint4* const body = reinterpret_cast<const uint4*>(source + head);

  // A table counts at most 2^32 - 1 of one value: the launch has enough threads for what one call may bring.
  for (unsigned long long i = thread; i < vectors; i += threads) {
    const uint4 four = __ldg(&body[i]);
    count_word(table, four.x);
    count_word(table, four.y);
    count_word(table, four.z);
    count_word(table, four.w);
  }
  if (thread < head) count_byte(table, source[thread]);
  if (thread < bytes - tail) count_byte(table, source[tail + thread]);
  __syncthreads();

  for (unsigned value = threadIdx.x; value < kValues; value += kBlock) {
    unsigned long long sum = 0;
    for (unsigned warp = 0; warp < kWarps; ++warp) sum += tables[warp][value];
    if (sum != 0) atomicAdd(&counters[value], sum);
  }
}
