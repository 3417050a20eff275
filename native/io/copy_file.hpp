#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace heddle::io {

// Copies the bytes and the permission bits of a file, sharing blocks or copying them inside of the kernel where the file
// system can. `flags` are kCopy...; a copy of a file to itself does nothing. Returns 0 or -errno; after a failure past the
// open of the destination, the destination is removed, as Node does.
[[nodiscard]] std::int64_t copy_file(const std::string& from, const std::string& to, int flags,
                                     const std::atomic<bool>& cancelled);

}  // namespace heddle::io
