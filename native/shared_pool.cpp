#include "native/shared_pool.hpp"

#include <atomic>

#include "native/immortal.hpp"

namespace heddle {

namespace {

constinit std::atomic<const WorkStealingPool*> started{nullptr};

}  // namespace

WorkStealingPool& shared_pool() {
  static Immortal<WorkStealingPool> pool;
  started.store(&*pool, std::memory_order_release);
  return *pool;
}

const WorkStealingPool* shared_pool_if_started() noexcept { return started.load(std::memory_order_acquire); }

}  // namespace heddle
