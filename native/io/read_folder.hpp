#pragma once

#include <cstddef>

#include "native/io/path_call.hpp"

namespace heddle::io {

// The next entries of an open folder, from where it was left, as many as the system gives for so many bytes of its own form.
// The outcome's bytes are those entries but for "." and "..", in the system's order: each a digit for its kind, the name, NUL.
// None: there are no more. A folder that was removed has none.
[[nodiscard]] PathOutcome read_folder(int fd, std::size_t bytes);

}  // namespace heddle::io
