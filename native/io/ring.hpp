#pragma once

#include <liburing.h>

#include <cstdint>

namespace heddle::io {

// What the ring tells of an entry that has ended.
struct Completion {
  std::uint64_t name;
  std::int64_t result;
};

// The two queues shared with the kernel, owned; one thread's.
class Ring {
 public:
  // Throws std::system_error when there is none to be had: not in the kernel, disabled by sysctl, denied by seccomp, not
  // enough lockable memory even for a small one, or an operation missing that the backend needs.
  Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring();

  // Readable in epoll when a completion waits.
  [[nodiscard]] int fd() const noexcept { return ring_.ring_fd; }
  // Entries that the kernel has not been told of yet.
  [[nodiscard]] unsigned prepared() const noexcept { return io_uring_sq_ready(&ring_); }
  // An entry to fill, making room if need be; null when the kernel takes no more for now.
  [[nodiscard]] io_uring_sqe* entry() noexcept;
  // Tells the kernel of what is prepared. False when it refuses for now.
  bool enter() noexcept;
  // Lets the kernel post what has ended and is not posted yet. False when there is nothing to take.
  bool look() noexcept;
  bool take(Completion& completion) noexcept;

 private:
  io_uring ring_{};
};

}  // namespace heddle::io
