#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace heddle::cuda::host {

struct Token {
  std::string_view text;
  std::size_t at = 0;
};

// Names, numbers, strings (with their quotes) and single characters; no comments. A preprocessor's own lines are one
// token each.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

// Whether a character can be a name's first.
[[nodiscard]] bool begins_name(char c) noexcept;

}  // namespace heddle::cuda::host
