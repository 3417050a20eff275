#pragma once

#include <optional>
#include <string>

namespace heddle::cuda {

// What a regular file holds; nothing when there is none, or it can't be read to its end.
[[nodiscard]] std::optional<std::string> read_whole_file(const std::string& path);

}  // namespace heddle::cuda
