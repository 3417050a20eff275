#pragma once

#include <algorithm>
#include <cstdint>

#include "native/clock.hpp"

namespace heddle {

// How long a thread that has nothing to do looks for more before it sleeps. To be put to sleep and woken costs it 10 to 25 us; for
// as long as that it pays to look, if something comes. Where nothing came, it looks less and less often: a wait that is long, or
// that never ends, costs nothing to speak of.
class Patience {
 public:
  static constexpr Nanoseconds kLook = 25'000;

  // For how long to look now. 0: not this time. Never on a machine of one processor, where who is waited for could not run.
  [[nodiscard]] Nanoseconds look() noexcept {
    if (left_out_ > 0) {
      --left_out_;
      return 0;
    }
    return several_processors() ? kLook : 0;
  }

  // After a look: whether something came.
  void note(bool came) noexcept {
    failures_ = came ? 0 : std::min(failures_ + 1, kMostFailures);
    left_out_ = (1U << failures_) - 1;
  }

  // Whether this process may run two threads at once; asked once.
  [[nodiscard]] static bool several_processors() noexcept;

  // Who is looked for may wait for this very processor.
  static void give_way() noexcept;
  // One step of a look, in which a processor that is shared leaves room for others.
  static void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

 private:
  static constexpr std::uint32_t kMostFailures = 8;

  std::uint32_t failures_ = 0;  // in a row
  std::uint32_t left_out_ = 0;  // looks that are yet to be left out
};

// Looks for up to that long whether `came()`, often.
template <class Came>
[[nodiscard]] bool look_for(Nanoseconds time, Came came) noexcept {
  constexpr int kLooksToAClock = 32;
  const Nanoseconds until = Clock::monotonic().now() + time;
  do {
    for (int look = 0; look < kLooksToAClock; ++look) {
      if (came()) return true;
      Patience::pause();
    }
    Patience::give_way();
  } while (Clock::monotonic().now() < until);
  return false;
}

}  // namespace heddle
