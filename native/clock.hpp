#pragma once

#include <cstdint>

namespace heddle {

// Nanoseconds on a clock that never goes back. Tests inject their own.
using Nanoseconds = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Nanoseconds now() const noexcept = 0;

  // CLOCK_MONOTONIC, the clock of libuv and of Linux timers.
  [[nodiscard]] static const Clock& monotonic() noexcept;
};

}  // namespace heddle
