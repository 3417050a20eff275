#include "native/wake_event.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace heddle {

WakeEvent::WakeEvent() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

WakeEvent::~WakeEvent() { close(fd_); }

void WakeEvent::notify() noexcept {
  if (notified_.exchange(true, std::memory_order_acq_rel)) return;
  const std::uint64_t one = 1;
  // The counter cannot overflow: it is written once between two clears.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void WakeEvent::clear() noexcept {
  if (!notified_.load(std::memory_order_acquire)) return;
  std::uint64_t count = 0;
  // A notifier may have set the flag and not yet have written. The flag then stays, for the wake that its write is
  // about to cause: cleared here, it would leave the descriptor readable for ever.
  if (read(fd_, &count, sizeof count) != static_cast<ssize_t>(sizeof count)) return;
  notified_.exchange(false, std::memory_order_acq_rel);
}

}  // namespace heddle
