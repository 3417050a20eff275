#include "cuda/include_lines.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace heddle::cuda {

namespace {

// Lines that a backslash continues become one.
std::string spliced(std::string_view text) {
  std::string whole;
  whole.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\\\n") {
      i += 1;
    } else if (text.substr(i, 3) == "\\\r\n") {
      i += 2;
    } else {
      whole.push_back(text[i]);
    }
  }
  return whole;
}

std::string_view past_blanks(std::string_view text) {
  for (;;) {
    if (text.starts_with("/*")) {
      const std::size_t close = text.find("*/", 2);
      text.remove_prefix(close == std::string_view::npos ? text.size() : close + 2);
    } else if (!text.empty() && std::string_view(" \t\v\f\r").find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else {
      return text;
    }
  }
}

// What stands behind the "#" of a directive.
std::optional<std::string_view> directive(std::string_view line) {
  line = past_blanks(line);
  for (const std::string_view mark : {"#", "%:"}) {
    if (line.starts_with(mark)) return past_blanks(line.substr(mark.size()));
  }
  return std::nullopt;
}

// "<name>" or "\"name\"" at the start of a text.
std::optional<std::string_view> quoted(std::string_view text) {
  text = past_blanks(text);
  if (text.empty() || (text.front() != '<' && text.front() != '"')) return std::nullopt;
  const std::size_t close = text.find(text.front() == '<' ? '>' : '"', 1);
  if (close == std::string_view::npos) return std::nullopt;
  return text.substr(1, close - 1);
}

void add(IncludeLines& found, std::string_view behind) {
  if (const auto name = quoted(behind)) {
    found.names.emplace_back(*name);
  } else {
    found.all_known = false;
  }
}

void read_directive(IncludeLines& found, std::string_view text) {
  for (const std::string_view word : {"include_next", "include", "import", "embed"}) {
    if (text.starts_with(word)) return add(found, text.substr(word.size()));
  }
  for (const std::string_view word : {"__has_include", "__has_embed"}) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      std::string_view behind = text.substr(at + word.size());
      if (behind.starts_with("_next")) behind.remove_prefix(5);
      behind = past_blanks(behind);
      // "#ifdef __has_include", "defined(__has_include)" and "&& defined __has_include" ask for no file.
      if (behind.starts_with("(")) add(found, behind.substr(1));
    }
  }
}

}  // namespace

IncludeLines include_lines(std::string_view text) {
  IncludeLines found;
  const std::string whole = spliced(text);
  for (std::string_view rest = whole; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (const auto known = directive(line)) read_directive(found, *known);
    // A comment of more lines may end in front of a directive.
    const std::size_t close = line.rfind("*/");
    if (close == std::string_view::npos || directive(line).has_value()) continue;
    if (const auto known = directive(line.substr(close + 2))) read_directive(found, *known);
  }
  return found;
}

}  // namespace heddle::cuda
