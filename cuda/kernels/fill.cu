// count elements of 2, 4 or 8 bytes, each = the low bytes of `element`, at any alignment of their own size. Single
// bytes are the runtime's business (cudaMemsetAsync).

#include <cstdint>

namespace {

template <typename T>
__device__ __forceinline__ void fill(void* destination, unsigned long long element, unsigned long long count) {
  const unsigned long long threads = static_cast<unsigned long long>(gridDim.x) * blockDim.x;
  for (unsigned long long i = static_cast<unsigned long long>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += threads) {
    static_cast<T*>(destination)[i] = static_cast<T>(element);
  }
}

}  // namespace

extern "C" __global__ void heddle_fill2(void* destination, unsigned long long element, unsigned long long count) {
  fill<std::uint16_t>(destination, element, count);
}

extern "C" __global__ void heddle_fill4(void* destination, unsigned long long element, unsigned long long count) {
  fill<std::uint32_t>(destination, element, count);
}

extern "C" __global__ void heddle_fill8(void* destination, unsigned long long element, unsigned long long count) {
  fill<std::uint64_t>(destination, element, count);
}
