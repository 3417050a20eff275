#include "cuda/nvrtc_log.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace heddle::cuda::nvrtc {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

}  // namespace

void place_failure(Compilation& failure) {
  constexpr std::string_view kError = "error: ";
  const std::vector<std::string_view> lines = lines_of(failure.log);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t error = lines[i].find(kError);
    if (error == std::string_view::npos) continue;
    failure.message = lines[i].substr(error + kError.size());
    const std::size_t close = lines[i].substr(0, error).rfind("): ");
    const std::size_t open = lines[i].substr(0, close).rfind('(');
    if (close == std::string_view::npos || open == std::string_view::npos) return;
    failure.file = lines[i].substr(0, open);
    failure.line = std::atoi(std::string(lines[i].substr(open + 1)).c_str());
    // Two spaces stand in front of the source, and so of the caret.
    for (std::size_t k = i + 1; k < std::min(i + 4, lines.size()); ++k) {
      const std::size_t caret = lines[k].find('^');
      if (caret == std::string_view::npos || lines[k].find_first_not_of(' ') != caret) continue;
      failure.column = static_cast<int>(caret) - 1;
      return;
    }
    return;
  }
}

}  // namespace heddle::cuda::nvrtc
