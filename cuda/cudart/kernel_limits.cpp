#include "cuda/cudart/kernel_limits.hpp"

#include <exception>

namespace heddle::cuda::cudart {

namespace {

// Of a block, static and dynamic together.
constexpr std::size_t kSharedByDefault = std::size_t{48} << 10;
// Every device that has clusters has these.
constexpr std::size_t kPortableCluster = 8;

}  // namespace

cudaError_t KernelLimits::allow_shared(const void* kernel, std::size_t in_use, std::size_t dynamic) noexcept {
  if (in_use + dynamic <= kSharedByDefault) return cudaSuccess;
  const std::lock_guard lock(mutex_);
  const auto known = shared_.find(kernel);
  if (known != shared_.end() && known->second >= dynamic) return cudaSuccess;
  const cudaError_t status =
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(dynamic));
  if (status != cudaSuccess) return status;
  try {
    shared_[kernel] = dynamic;
  } catch (const std::exception&) {  // it is allowed again the next time
  }
  return cudaSuccess;
}

cudaError_t KernelLimits::allow_cluster(const void* kernel, std::size_t blocks) noexcept {
  if (blocks <= kPortableCluster) return cudaSuccess;
  return cudaFuncSetAttribute(kernel, cudaFuncAttributeNonPortableClusterSizeAllowed, 1);
}

void KernelLimits::forget() noexcept {
  const std::lock_guard lock(mutex_);
  shared_.clear();
}

}  // namespace heddle::cuda::cudart
