#pragma once

#include <atomic>
#include <thread>

#include "test/native/support/random.hpp"

namespace heddle::test {

// Between two steps of a thread: nothing, a little time, or the core for somebody else.
inline void jitter(Random& random) {
  const int kind = random.between(0, 15);
  if (kind == 0) std::this_thread::yield();
  if (kind > 11) {
    for (int left = random.between(1, 300); left > 0; --left) std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

}  // namespace heddle::test
