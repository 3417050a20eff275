#pragma once

#include <atomic>

#include "native/stop_token.hpp"

namespace heddle {

// What other threads may see of a stop: a StopToken is for its executor's thread alone, and a function on a pool wants to
// look every now and then whether its result is still wanted.
//
// It is made and destroyed on the executor that `parent` belongs to, and must outlive whoever looks at it.
class StopFlag final : private StopCallback {
 public:
  explicit StopFlag(StopToken parent = {}) noexcept
      : StopCallback(&StopFlag::on_stop), requested_(parent.stop_requested()) {
    if (!parent.stop_requested()) parent.link(*this);
  }

  // Both: any thread. They order nothing else between the threads.
  [[nodiscard]] bool stop_requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  void request_stop() noexcept { requested_.store(true, std::memory_order_relaxed); }

 private:
  static void on_stop(StopCallback& callback) noexcept { static_cast<StopFlag&>(callback).request_stop(); }

  std::atomic<bool> requested_;
};

}  // namespace heddle
