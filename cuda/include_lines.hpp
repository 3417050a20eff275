#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heddle::cuda {

// The names that a text includes, or asks for with __has_include, whether or not an #if leaves them out.
struct IncludeLines {
  std::vector<std::string> names;
  bool all_known = true;  // false: one is no name but a macro
};

[[nodiscard]] IncludeLines include_lines(std::string_view text);

}  // namespace heddle::cuda
