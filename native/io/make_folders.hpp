#pragma once

#include <cstdint>
#include <string>

#include "native/io/path_call.hpp"

namespace heddle::io {

// Makes the folder and those above it that are missing. A folder that is there is no error. The outcome's bytes are the
// path of the first that was made. A file in the way: ENOTDIR above the last part, EEXIST at it.
[[nodiscard]] PathOutcome make_folders(const std::string& path, std::uint32_t mode);

}  // namespace heddle::io
