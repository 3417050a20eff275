#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace heddle::cuda::cudart {

// The kernels of kernels/*.cu on one device, from the fatbins inside this library.
class Kernels {
 public:
  Kernels() = default;
  Kernels(const Kernels&) = delete;
  Kernels& operator=(const Kernels&) = delete;

  // With the device current. Slow. What fails is kept, and returned by the launches.
  void load(int multiprocessors) noexcept;
  void unload() noexcept;

  cudaError_t histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                        cudaStream_t stream) noexcept;
  // Width 2, 4 or 8.
  cudaError_t fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
                   cudaStream_t stream) noexcept;

 private:
  cudaError_t launch(const void* kernel, std::size_t threads, void** arguments, cudaStream_t stream) noexcept;

  unsigned max_blocks_ = 1;
  cudaError_t histogram_status_ = cudaErrorNotSupported;
  cudaError_t fill_status_ = cudaErrorNotSupported;
  const void* histogram_ = nullptr;
  std::array<const void*, 9> fill_{};  // by width
#if CUDART_VERSION >= 12080
  cudaLibrary_t histogram_library_ = nullptr;
  cudaLibrary_t fill_library_ = nullptr;
#endif
};

}  // namespace heddle::cuda::cudart
