#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "native/clock.hpp"

namespace heddle {

struct TimerLink {
  TimerLink* previous = nullptr;
  TimerLink* next = nullptr;
};

// A timer: a link in the queue, kept inside whoever waits, which must cancel it before it goes away.
struct Timer : TimerLink {
  using Function = void (*)(Timer&) noexcept;

  explicit Timer(Function on_expiry) noexcept : expired(on_expiry) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  [[nodiscard]] bool pending() const noexcept { return next != nullptr; }

  std::uint64_t tick = 0;
  Function expired;  // runs on the executor's thread, after the timer left the queue; may add timers
};

// All timers of one executor: a hierarchical timing wheel (Varghese and Lauck, 1987, scheme 7) of six levels
// of 256 slots. Adding and cancelling are O(1) and allocate nothing; a timer is moved at most once per level, which for
// a wait of up to 17 s is once in all. The moves to the lowest level are spread over the time before, so that a hundred
// thousand timers of the same moment don't hold up those that are due then.
// Time is kept in ticks of about a quarter of a millisecond: a timer never fires early, and at most one tick late
// by the queue's own doing. Timers of the same tick fire in the order in which they were added.
class TimerQueue {
 public:
  static constexpr int kTickBits = 18;  // 2^18 ns = 0.262 ms

  explicit TimerQueue(Nanoseconds now) noexcept;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Precondition: not pending. A deadline in the past fires at the next advance.
  void add(Timer& timer, Nanoseconds deadline) noexcept;
  // Safe also when the timer is not pending.
  void cancel(Timer& timer) noexcept;
  // Fires what is due, `most` timers of it, and returns how many that were; the rest is due at once again. Timers added
  // meanwhile wait for the next call.
  std::size_t advance(Nanoseconds now, std::size_t most = ~std::size_t{0}) noexcept;
  // Whether the last advance() left some that are due.
  [[nodiscard]] bool overdue() const noexcept { return expired_.next != &expired_; }

  // When advance() has something to do next: never later than when the earliest timer fires, sometimes earlier.
  [[nodiscard]] std::optional<Nanoseconds> next_deadline() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kLevels = 6;
  static constexpr std::size_t kAhead = kLevels;
  static constexpr std::size_t kSlotBits = 8;
  static constexpr unsigned kSlots = 1U << kSlotBits;
  static constexpr unsigned kWordBits = 64;

  struct Level {
    Level() noexcept {
      for (TimerLink& slot : slots) slot.next = slot.previous = &slot;
    }
    // The first slot from `from` on that may hold timers; kSlots when there is none.
    [[nodiscard]] unsigned first_occupied(unsigned from) const noexcept;

    // A set bit may belong to a slot that cancels have emptied; an empty slot never hides timers.
    std::array<std::uint64_t, kSlots / kWordBits> occupied{};
    std::array<TimerLink, kSlots> slots;
  };
  struct Due {
    std::size_t level;
    unsigned slot;
    std::uint64_t tick;
  };

  // Of the ticks that share their higher bits, a window of the lowest level.
  [[nodiscard]] static std::uint64_t window_of(std::uint64_t tick) noexcept { return tick >> kSlotBits; }

  void link(Timer& timer) noexcept;
  static void place(Level& level, unsigned slot, Timer& timer) noexcept;
  [[nodiscard]] std::optional<Due> first_occupied() const noexcept;
  // The timers of the next window as far as they have not been moved ahead; null when they are further up.
  [[nodiscard]] TimerLink* next_window() noexcept;
  void move_ahead() noexcept;
  void set_current(std::uint64_t tick) noexcept;

  std::uint64_t current_;
  std::size_t size_ = 0;
  TimerLink expired_;  // due, in their order
  std::array<Level, kLevels + 1> storage_;
  std::array<Level*, kLevels + 1> levels_;  // the last is the next window of the lowest
};

}  // namespace heddle
