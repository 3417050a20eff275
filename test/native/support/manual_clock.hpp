#pragma once

#include <atomic>
#include <chrono>

#include "native/clock.hpp"

namespace heddle::test {

// Time passes when the test says so.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Nanoseconds start = 1'000'000'000) noexcept : now_(start) {}
  [[nodiscard]] Nanoseconds now() const noexcept override { return now_.load(std::memory_order_relaxed); }
  void advance(std::chrono::nanoseconds by) noexcept { now_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<Nanoseconds> now_;
};

}  // namespace heddle::test
