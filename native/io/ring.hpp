#pragma once

#include <liburing.h>

#include <cstdint>

#include "native/io/receive_buffers.hpp"

namespace heddle::io {

// What the ring tells of an entry that has ended.
struct Completion {
  std::uint64_t name;
  std::int64_t result;
  bool more;   // not the last one of its entry
  int buffer;  // the provided buffer that it used; -1: none
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

  // The group that entries name which want a provided buffer.
  static constexpr unsigned short kBufferGroup = 0;
  // Lets the kernel choose among the first kInRing of these buffers, all of them free. False when it can't do that. They must outlive the ring.
  [[nodiscard]] bool provide(const ReceiveBuffers& buffers) noexcept;
  void provide_again(const ReceiveBuffers& buffers, int number) noexcept;

 private:
  void add_buffer(const ReceiveBuffers& buffers, int number, int place) noexcept;

  io_uring ring_{};
  io_uring_buf_ring* provided_ = nullptr;
};

}  // namespace heddle::io
