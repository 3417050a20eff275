#pragma once

#include <cstdint>

#include "native/io/request.hpp"

namespace heddle::io {

// The ring first tries to open without blocking. A FIFO that nobody reads then can't be opened for writing, and one that
// nobody writes is opened at once, and ends at once. A worker has to wait for the other end, as open(2) does. Meanwhile
// the half that is open, `request.half_pipe`, keeps what a writer leaves who comes and goes before the worker is there.
//
// True when `result`, what the ring's open came to, is such a half and no open.
[[nodiscard]] bool opens_half_a_pipe(Request& request, std::int64_t result) noexcept;

}  // namespace heddle::io
