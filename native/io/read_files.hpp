#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "native/io/path_call.hpp"

namespace heddle::io {

// A file that is longer is left to its own reads, which don't copy it twice.
inline constexpr std::size_t kSmallFile = std::size_t{1} << 20;
// In place of a length: the file is longer than kSmallFile, or does not say how long it is.
inline constexpr std::int64_t kNotSmall = std::int64_t{1} << 40;
// Added to the error number of a file that was opened and could not be read.
inline constexpr std::int64_t kReadFailed = 10'000;

// Opens, reads and closes many small files. `paths` are ended by NUL. The outcome's bytes are, for each in their order, eight
// of its length or of minus its error number (as the machine has them), then its content. `together`: through a ring of this
// thread, if there is one, which takes a third of the system calls.
[[nodiscard]] PathOutcome read_files(const std::string& paths, bool together, const std::atomic<bool>& cancelled);

}  // namespace heddle::io
