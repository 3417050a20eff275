#include "native/io/page_cache.hpp"

#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "native/trace.hpp"

namespace heddle::io {

bool read_page_cache(int fd, std::byte* into, std::size_t length, std::int64_t offset) noexcept {
  if (offset < 0) return false;
  const Nanoseconds start = trace::enabled() ? Clock::monotonic().now() : 0;
  const iovec whole{.iov_base = into, .iov_len = length};
  // Not the C library's preadv2(): it is a cancellation point, which costs 3 % of a hot read. The offset is whole in the
  // first of its two arguments where a long has 64 bits.
  const long copied = syscall(SYS_preadv2, fd, &whole, 1L, static_cast<long>(offset), 0L, RWF_NOWAIT);
  if (copied < 0 || static_cast<std::size_t>(copied) != length) return false;
  if (start != 0) {
    trace::record(
        {.lane = trace::kRingLane, .name = "read", .start = start, .end = Clock::monotonic().now(), .bytes = length});
  }
  return true;
}

}  // namespace heddle::io
