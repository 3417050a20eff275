#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace heddle::cuda::cudart {

// What kernels of one device are allowed beyond what every device can do. A launch that asks for more fails unless the
// kernel was allowed it before. Any thread: limits are only ever raised, so that one caller takes nothing from another.
class KernelLimits {
 public:
  KernelLimits() = default;
  KernelLimits(const KernelLimits&) = delete;
  KernelLimits& operator=(const KernelLimits&) = delete;

  // `in_use`: what the kernel's own code declares; both together count.
  cudaError_t allow_shared(const void* kernel, std::size_t in_use, std::size_t dynamic) noexcept;
  // Clusters of so many blocks.
  static cudaError_t allow_cluster(const void* kernel, std::size_t blocks) noexcept;
  // Kernels were unloaded, and others may come to have their handles.
  void forget() noexcept;

 private:
  std::mutex mutex_;
  std::unordered_map<const void*, std::size_t> shared_;
};

}  // namespace heddle::cuda::cudart
