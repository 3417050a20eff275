#include "cuda/left_behind.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "native/immortal.hpp"

namespace heddle::cuda::left_behind {

namespace {

struct Left {
  std::shared_ptr<const void> owner;
  std::unique_ptr<BlockingPool> pool;  // first to go
};

struct All {
  std::mutex mutex;
  std::vector<Left> left;
};

// Never destroyed: that would join.
All& all() {
  static Immortal<All> made;
  return *made;
}

}  // namespace

void keep(std::unique_ptr<BlockingPool> pool, std::shared_ptr<const void> owner) {
  All& to = all();
  const std::lock_guard lock(to.mutex);
  to.left.push_back({std::move(owner), std::move(pool)});
}

void collect() noexcept {
  All& from = all();
  const std::lock_guard lock(from.mutex);
  const auto away = std::partition(from.left.begin(), from.left.end(), [](const Left& left) {
    return !left.pool->wait_idle(std::chrono::nanoseconds(0));
  });
  // They end here, before anybody else can look for them.
  from.left.erase(away, from.left.end());
}

}  // namespace heddle::cuda::left_behind
