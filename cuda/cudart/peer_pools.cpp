#include "cuda/cudart/peer_pools.hpp"

#include <exception>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

namespace heddle::cuda::cudart::peer_pools {

namespace {

struct All {
  std::mutex mutex;
  std::unordered_map<cudaMemPool_t, int> pools;  // and whose they are
  std::set<std::pair<int, int>> enabled;         // who reaches whom
};

// Never destroyed: devices may close while the process ends.
All& all() {
  static All* const made = new All();
  return *made;
}

cudaError_t let(int from, cudaMemPool_t pool) noexcept {
  cudaMemAccessDesc access{};
  access.location.type = cudaMemLocationTypeDevice;
  access.location.id = from;
  access.flags = cudaMemAccessFlagsProtReadWrite;
  return cudaMemPoolSetAccess(pool, &access, 1);
}

}  // namespace

cudaError_t add(cudaMemPool_t pool, int ordinal) noexcept {
  try {
    All& known = all();
    const std::lock_guard lock(known.mutex);
    known.pools.emplace(pool, ordinal);
    for (const auto& [from, to] : known.enabled) {
      if (to != ordinal) continue;
      if (const cudaError_t status = let(from, pool); status != cudaSuccess) return status;
    }
    return cudaSuccess;
  } catch (const std::exception&) {
    return cudaErrorMemoryAllocation;
  }
}

void remove(cudaMemPool_t pool) noexcept {
  All& known = all();
  const std::lock_guard lock(known.mutex);
  known.pools.erase(pool);
}

cudaError_t enable(int from, int to) noexcept {
  try {
    All& known = all();
    const std::lock_guard lock(known.mutex);
    if (!known.enabled.emplace(from, to).second) return cudaSuccess;
    for (const auto& [pool, ordinal] : known.pools) {
      if (ordinal != to) continue;
      if (const cudaError_t status = let(from, pool); status != cudaSuccess) {
        known.enabled.erase({from, to});
        return status;
      }
    }
    return cudaSuccess;
  } catch (const std::exception&) {
    return cudaErrorMemoryAllocation;
  }
}

}  // namespace heddle::cuda::cudart::peer_pools
