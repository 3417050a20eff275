#include "native/io/system_call_cost.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

namespace heddle::io {

namespace {

// What a read through the ring costs beyond what the kernel does for any read: the operation, the entry and the completion
// (docs/performance.md).
constexpr Nanoseconds kRingShare = 300;

constexpr int kBatches = 5;
constexpr int kCallsInABatch = 8;

// The fastest batch counts: the others were interrupted.
Nanoseconds measure() noexcept {
  Nanoseconds least = std::numeric_limits<Nanoseconds>::max();
  for (int batch = 0; batch < kBatches; ++batch) {
    const Nanoseconds start = Clock::monotonic().now();
    for (int call = 0; call < kCallsInABatch; ++call) syscall(SYS_getppid);
    least = std::min(least, Clock::monotonic().now() - start);
  }
  return least / kCallsInABatch;
}

}  // namespace

Nanoseconds system_call_cost() noexcept {
  static const Nanoseconds cost = measure();
  return cost;
}

// n reads cost n system calls, or one and n times the ring's share.
std::size_t most_direct_calls(Nanoseconds system_call) noexcept {
  if (system_call <= kRingShare) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(std::max<Nanoseconds>(1, system_call / (system_call - kRingShare)));
}

}  // namespace heddle::io
