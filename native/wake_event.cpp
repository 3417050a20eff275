#include "native/wake_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace heddle {

WakeEvent::WakeEvent() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

WakeEvent::~WakeEvent() { close(fd_); }

// Also where the state stays what it is, it is written: that is what makes the waiter's next change see what was published.
void WakeEvent::notify() noexcept {
  State before = state_.load(std::memory_order_relaxed);
  State after = State::rest;
  do {
    after = before == State::rest || before == State::written ? State::written : State::told;
  } while (!state_.compare_exchange_weak(before, after, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (before != State::rest) return;
  const std::uint64_t one = 1;
  // The counter cannot overflow: it is written once between two clears.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void WakeEvent::clear() noexcept {
  if (state_.load(std::memory_order_acquire) != State::written) return;
  std::uint64_t count = 0;
  // A notifier may have set the state and not yet have written. The state then stays, for the wake that its write is
  // about to cause: cleared here, it would leave the descriptor readable for ever.
  if (read(fd_, &count, sizeof count) != static_cast<ssize_t>(sizeof count)) return;
  state_.exchange(State::rest, std::memory_order_acq_rel);
}

bool WakeEvent::watch() noexcept {
  State expected = State::rest;
  return state_.compare_exchange_strong(expected, State::watched, std::memory_order_acq_rel);
}

bool WakeEvent::unwatch() noexcept { return state_.exchange(State::rest, std::memory_order_acq_rel) == State::told; }

}  // namespace heddle
