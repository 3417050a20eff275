#include "native/clock.hpp"

#include <ctime>

#include "native/immortal.hpp"

namespace heddle {

namespace {

class MonotonicClock final : public Clock {
 public:
  [[nodiscard]] Nanoseconds now() const noexcept override {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }
};

}  // namespace

const Clock& Clock::monotonic() noexcept {
  static Immortal<MonotonicClock> clock;
  return *clock;
}

}  // namespace heddle
