#include "cuda/cudart/kernels.hpp"

#include <algorithm>

// cmake/Kernels.cmake puts the fatbins between these.
extern "C" {
extern const unsigned char heddle_kernel_histogram_begin[] __attribute__((visibility("hidden")));
extern const unsigned char heddle_kernel_fill_begin[] __attribute__((visibility("hidden")));
}

namespace heddle::cuda::cudart {

namespace {

constexpr unsigned kBlock = 256;  // also in kernels/histogram.cu
// Fills a multiprocessor of 2048 threads; the kernels take what is left in strides.
constexpr unsigned kBlocksPerMultiprocessor = 8;

#if CUDART_VERSION >= 12080

cudaError_t kernel_of(cudaLibrary_t library, const char* name, const void*& kernel) noexcept {
  cudaKernel_t found = nullptr;
  const cudaError_t status = cudaLibraryGetKernel(&found, library, name);
  if (status != cudaSuccess) return status;
  kernel = reinterpret_cast<const void*>(found);
  // Loads it now. Left to the first launch, that would keep the device's thread.
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, kernel);
}

cudaError_t library_of(const unsigned char* fatbin, cudaLibrary_t& library) noexcept {
  return cudaLibraryLoadData(&library, fatbin, nullptr, nullptr, 0, nullptr, nullptr, 0);
}

#endif

}  // namespace

void Kernels::load(int multiprocessors) noexcept {
  max_blocks_ = static_cast<unsigned>(std::max(multiprocessors, 1)) * kBlocksPerMultiprocessor;
#if CUDART_VERSION >= 12080
  // Before CUDA 12.8 the runtime has no libraries: the launches stay unsupported.
  histogram_status_ = library_of(heddle_kernel_histogram_begin, histogram_library_);
  if (histogram_status_ == cudaSuccess) {
    histogram_status_ = kernel_of(histogram_library_, "heddle_histogram", histogram_);
  }
  fill_status_ = library_of(heddle_kernel_fill_begin, fill_library_);
  struct Entry {
    unsigned width;
    const char* name;
  };
  for (const Entry& entry : {Entry{2, "heddle_fill2"}, Entry{4, "heddle_fill4"}, Entry{8, "heddle_fill8"}}) {
    if (fill_status_ == cudaSuccess) fill_status_ = kernel_of(fill_library_, entry.name, fill_[entry.width]);
  }
#endif
}

void Kernels::unload() noexcept {
#if CUDART_VERSION >= 12080
  if (histogram_library_ != nullptr) (void)cudaLibraryUnload(histogram_library_);
  if (fill_library_ != nullptr) (void)cudaLibraryUnload(fill_library_);
  histogram_library_ = fill_library_ = nullptr;
#endif
  histogram_status_ = fill_status_ = cudaErrorNotSupported;
}

cudaError_t Kernels::launch(const void* kernel, std::size_t threads, void** arguments, cudaStream_t stream) noexcept {
  const std::size_t blocks = (threads + kBlock - 1) / kBlock;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(std::clamp<std::size_t>(blocks, 1, max_blocks_)));
  config.blockDim = dim3(kBlock);
  config.stream = stream;
  return cudaLaunchKernelExC(&config, kernel, arguments);
}

cudaError_t Kernels::histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                               cudaStream_t stream) noexcept {
  if (histogram_status_ != cudaSuccess) return histogram_status_;
  unsigned long long length = bytes;
  void* arguments[] = {&counters, &source, &length};
  return launch(histogram_, bytes / 16, arguments, stream);
}

cudaError_t Kernels::fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
                          cudaStream_t stream) noexcept {
  if (fill_status_ != cudaSuccess) return fill_status_;
  unsigned long long value = element;
  unsigned long long length = count;
  void* arguments[] = {&destination, &value, &length};
  return launch(fill_[width], count, arguments, stream);
}

}  // namespace heddle::cuda::cudart
