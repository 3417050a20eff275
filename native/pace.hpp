#pragma once

#include <algorithm>
#include <cstdint>

#include "native/clock.hpp"

namespace heddle {

// How many resumptions fit between two looks outside (I/O, timers, other threads): many quick ones, so that looking
// costs each of them little, but only a few slow ones, so that nothing outside waits long. It learns from the past: one
// slice of work that turns slow without notice may be up to kMost resumptions long.
class Pace {
 public:
  static constexpr std::uint32_t kMost = 128;
  static constexpr std::uint32_t kFirst = 16;
  static constexpr Nanoseconds kLongest = 100'000;

  [[nodiscard]] std::uint32_t allowance() const noexcept { return allowance_; }

  // A slice of that many resumptions took that long. Precondition: `resumptions` > 0.
  void note(std::uint32_t resumptions, Nanoseconds took) noexcept {
    if (took > kLongest) {
      allowance_ = static_cast<std::uint32_t>(std::max<Nanoseconds>(resumptions * kLongest / took, 1));
    } else if (took < kLongest / 4) {
      allowance_ = std::min(allowance_ * 2, kMost);
    }
  }

 private:
  std::uint32_t allowance_ = kFirst;
};

}  // namespace heddle
