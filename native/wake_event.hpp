#pragma once

#include <atomic>
#include <cstdint>

namespace heddle {

// Wakes one waiting thread from any other: an eventfd, written only when the waiter may be asleep, so that a
// burst of notifications costs one system call.
//
// The waiter clears before it looks for work. Whatever a notifier published before notify() is then seen by that
// look, or by the next one, which the eventfd causes.
//
// A waiter that would rather look for a moment than sleep at once watches meanwhile: notifications then cost no system call.
class WakeEvent {
 public:
  // Throws std::system_error when no descriptor is to be had.
  WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  ~WakeEvent();

  // Any thread.
  void notify() noexcept;
  // The waiter only, as the rest.
  void clear() noexcept;

  // From here on notified() tells, and the descriptor does not, until unwatch(). False: there was a notification already, and
  // nothing has changed.
  [[nodiscard]] bool watch() noexcept;
  [[nodiscard]] bool notified() const noexcept { return state_.load(std::memory_order_acquire) == State::told; }
  // Whether there was a notification since watch(): then the waiter looks for work before it sleeps.
  [[nodiscard]] bool unwatch() noexcept;

  // Readable after notify().
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  // rest -> written by notify(), written -> rest by clear(); rest -> watched by watch(), watched -> told by notify(), and both
  // -> rest by unwatch().
  enum class State : std::uint8_t { rest, written, watched, told };

  int fd_;
  std::atomic<State> state_{State::rest};
};

}  // namespace heddle
