#pragma once

#include <cuda_runtime_api.h>

namespace heddle::cuda::cudart::peer_pools {

// Which devices of this process reach the memory of which pools. cudaDeviceEnablePeerAccess means plain allocations only:
// each pool has to be told by itself, those that are there and those that come. Any thread.

// The pool, of that device, is there, and about to go.
cudaError_t add(cudaMemPool_t pool, int ordinal) noexcept;
void remove(cudaMemPool_t pool) noexcept;
// From now on device `from` reaches the pools of device `to`.
cudaError_t enable(int from, int to) noexcept;

}  // namespace heddle::cuda::cudart::peer_pools
