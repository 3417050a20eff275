#pragma once

#include <cstddef>

#include "native/clock.hpp"

namespace heddle::io {

// What the least system call costs here, measured at the first call (in 50 us at most where one costs 1 us). It is 0.1 us on
// bare metal and ten times that on some virtual machines.
[[nodiscard]] Nanoseconds system_call_cost() noexcept;

// How many cached reads that are there together are made sooner each by its own system call than all by one submission to
// a ring. Never less than one.
[[nodiscard]] std::size_t most_direct_calls(Nanoseconds system_call) noexcept;

}  // namespace heddle::io
