#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::io {

// Reads on this thread, without waiting for the disk: true when all `length` bytes from `offset` on were in the page
// cache and are in `into` now. False when some were not, or the end of the file came first, or the file can't be
// read that way: the bytes that are there then mean nothing. A trace shows it on the lane of the ring.
//
// Precondition: the descriptor was not opened with O_DIRECT, whose reads would go to the disk here and now.
//
// For what is cached, a plain system call is cheaper than a trip through the ring, but for many reads at once where system
// calls are dear: see Backend::most_direct_calls() and docs/performance.md.
[[nodiscard]] bool read_page_cache(int fd, std::byte* into, std::size_t length, std::int64_t offset) noexcept;

}  // namespace heddle::io
