#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>

#include "native/event.hpp"

namespace heddle {

// A countdown that opens once, at zero: the coroutines that wait for it go on, and later waits end at once.
// Counting below zero is a bug, which debug builds assert. It must outlive its waiters; as with an Event, a
// waiter may destroy it as soon as its wait has ended, when every count has been taken.
template <class Domain, class Count>
class BasicLatch {
 public:
  explicit BasicLatch(std::size_t count) noexcept : remaining_(count) {
    if (count == 0) open_.set();
  }

  void count_down(std::size_t by = 1) noexcept {
    if (by == 0) return;
    const std::size_t left = (remaining_ -= by);
    assert(left + by >= by && "counted below zero");
    if (left == 0) open_.set();
  }

  // `bool opened = co_await latch.wait(stop);` is false when it was stopped before.
  [[nodiscard]] auto wait() noexcept { return open_.wait(); }
  [[nodiscard]] auto wait(StopToken stop) noexcept { return open_.wait(stop); }
  // Counts now, not when awaited.
  [[nodiscard]] auto arrive_and_wait() noexcept {
    count_down();
    return wait();
  }
  [[nodiscard]] auto arrive_and_wait(StopToken stop) noexcept {
    count_down();
    return wait(stop);
  }

  [[nodiscard]] bool opened() const noexcept { return open_.is_set(); }

 private:
  Count remaining_;
  BasicEvent<Domain> open_;
};

// For the coroutines of one executor.
using Latch = BasicLatch<OneExecutor, std::size_t>;
// Any thread may count down; each waiter resumes on its own executor.
using SharedLatch = BasicLatch<AnyThread, std::atomic<std::size_t>>;

}  // namespace heddle
