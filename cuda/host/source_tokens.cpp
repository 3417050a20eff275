#include "cuda/host/source_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace heddle::cuda::host {

namespace {

bool is_name(char c) noexcept { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool begins_raw_string(std::string_view prefix, std::string_view behind) noexcept {
  constexpr std::array<std::string_view, 5> kPrefixes{"R", "LR", "uR", "UR", "u8R"};
  return behind.starts_with('"') && std::find(kPrefixes.begin(), kPrefixes.end(), prefix) != kPrefixes.end();
}

// Of "mark(...)mark", from its first quote.
std::size_t past_raw_string(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('(', at);
  if (open == std::string_view::npos) return text.size();
  std::string close(1, ')');
  close.append(text.substr(at + 1, open - at - 1)).push_back('"');
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

}  // namespace

bool begins_name(char c) noexcept { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  bool line_start = true;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t end = i + 1;
    if (c == '\n') {
      line_start = true;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
    } else if (text.substr(i, 2) == "//") {
      end = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      const std::size_t close = text.find("*/", i + 2);
      end = close == std::string_view::npos ? text.size() : close + 2;
    } else {
      if (c == '#' && line_start) {
        while (end < text.size() && (text[end] != '\n' || text[end - 1] == '\\')) ++end;
      } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
        // 1'000: a quote between digits is theirs.
        while (end < text.size() &&
               (is_name(text[end]) || (text[end] == '\'' && end + 1 < text.size() && is_name(text[end + 1]))))
          ++end;
      } else if (begins_name(c)) {
        while (end < text.size() && is_name(text[end])) ++end;
        if (begins_raw_string(text.substr(i, end - i), text.substr(end))) end = past_raw_string(text, end);
      } else if (c == '"' || c == '\'') {
        while (end < text.size() && text[end] != c && text[end] != '\n') end += text[end] == '\\' ? 2U : 1U;
        end = std::min(end + 1, text.size());
      }
      tokens.push_back({text.substr(i, end - i), i});
      line_start = false;
    }
    i = end;
  }
  return tokens;
}

}  // namespace heddle::cuda::host
