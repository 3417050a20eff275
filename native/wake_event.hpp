#pragma once

#include <atomic>

namespace heddle {

// Wakes one waiting thread from any other: an eventfd, written only when the waiter may be asleep, so that a
// burst of notifications costs one system call.
//
// The waiter clears before it looks for work. Whatever a notifier published before notify() is then seen by that
// look, or by the next one, which the eventfd causes.
class WakeEvent {
 public:
  // Throws std::system_error when no descriptor is to be had.
  WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  ~WakeEvent();

  // Any thread.
  void notify() noexcept;
  // The waiter only.
  void clear() noexcept;

  // Readable after notify().
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
  std::atomic<bool> notified_{false};
};

}  // namespace heddle
