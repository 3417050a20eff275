#pragma once

#include <liburing.h>

#include <cstddef>

#include "native/io/request.hpp"

namespace heddle::io {

// Bytes that a transfer asks for; 0 for everything else.
[[nodiscard]] std::size_t bytes_of(const Request& request) noexcept;

// Writes the request into an entry of the submission queue. The name of the entry is the caller's to set.
void fill_entry(io_uring_sqe& sqe, const Request& request) noexcept;

// Left to a worker of the kernel, the entry costs the submitting thread no copying.
[[nodiscard]] inline bool is_for_worker(const io_uring_sqe& sqe) noexcept { return (sqe.flags & IOSQE_ASYNC) != 0; }

}  // namespace heddle::io
