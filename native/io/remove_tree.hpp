#pragma once

#include <atomic>
#include <string>

#include "native/io/path_call.hpp"

namespace heddle::io {

// Removes a file, or with kRecursive a folder and all that is in it; links are removed, never followed. With kForce a path at
// which nothing is is no error. A folder without kRecursive: EISDIR, of "rm". What has been removed before a failure stays
// removed, and a second call goes on from there.
[[nodiscard]] PathOutcome remove_tree(const std::string& path, int flags, const std::atomic<bool>& cancelled);

}  // namespace heddle::io
