#pragma once

#include <cstdint>

#include "native/io/request.hpp"

namespace heddle::io {

// Carries out the request with a blocking system call on this thread. Returns what it returned, or -errno; -EINTR
// when a signal came first. `never_wait`: a transfer that has nothing to do yet gives -EAGAIN, where the file
// type can say so, instead of blocking.
[[nodiscard]] std::int64_t system_call(const Request& request, bool never_wait) noexcept;

// A transfer of a pipe or socket whose O_NONBLOCK asks for EAGAIN instead of a wait: the system call does not block. A ring
// would wait, for the files that it can poll.
[[nodiscard]] bool never_blocks(const Request& request) noexcept;

}  // namespace heddle::io
