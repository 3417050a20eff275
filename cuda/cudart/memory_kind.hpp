#pragma once

#include <cuda_runtime_api.h>

#include "cuda/memory.hpp"

namespace heddle::cuda::cudart {

[[nodiscard]] inline cudaMemcpyKind kind_of(Space to, Space from) noexcept {
  if (to == Space::device) return from == Space::device ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
  return from == Space::device ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}

}  // namespace heddle::cuda::cudart
