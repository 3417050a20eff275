#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "native/io/request.hpp"

namespace heddle::io {

// Carries out a request of a socket on this thread, without waiting: -EAGAIN when it would have to. Else what the system
// call returned, or -errno. A connect goes on after -EAGAIN, and `request.connecting` says so: the next call asks what came
// of it, once the socket can be written. Not so where the listener of a UNIX socket is full; then nothing has begun.
[[nodiscard]] std::int64_t socket_call(Request& request) noexcept;

// Whatever bytes are there, without waiting.
[[nodiscard]] std::int64_t receive_now(int fd, std::span<std::byte> into) noexcept;

// The socket of a connect that has ended, or is given up, waits again where it has to. Idempotent.
void end_connect(Request& request) noexcept;

// One call moves no more than this: what it copies, it copies on the submitting thread.
[[nodiscard]] std::size_t socket_transfer_length(const Request& request) noexcept;

}  // namespace heddle::io
