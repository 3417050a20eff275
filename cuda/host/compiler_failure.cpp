#include "cuda/host/compiler_failure.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "cuda/host/kernel_source.hpp"

namespace heddle::cuda::host {

namespace {

struct Place {
  std::string_view file;
  int line = 0;
  int column = 0;
};

// The number behind the last colon, which is taken off; 0: there is none.
int take_number(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  int number = 0;
  if (colon == std::string_view::npos) return 0;
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return 0;
  text = text.substr(0, colon);
  return number;
}

// Of "file:3:5: error: " or "file:3: fatal error: ", up to the word.
Place place_of(std::string_view text) {
  const std::size_t end = text.rfind(": ");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end);
  Place place;
  const int last = take_number(text);
  const int first = take_number(text);
  place.file = text;
  place.line = first == 0 ? last : first;
  place.column = first == 0 ? 0 : last;
  return place;
}

// Whether a file is the source, or a header of the program's. The system's and the device language's have the error of what
// uses them.
bool is_own(const Place& place, const CompileRequest& request) {
  if (place.line == 0 || place.file == kTableFile) return false;
  return !place.file.starts_with("/usr/") && !place.file.starts_with(request.language + "/");
}

// From the first error of the log that has a place in the program's own files, or else from the first.
void place_failure(Compilation& failure, const CompileRequest& request) {
  constexpr std::string_view kError = "error: ";
  std::string_view log = failure.log;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    const std::size_t error = line.find(kError);
    if (error == std::string_view::npos) continue;
    const std::string_view message = line.substr(error + kError.size());
    if (failure.message.empty()) failure.message = message;
    const Place place = place_of(line.substr(0, error));
    if (!is_own(place, request)) continue;
    failure.message = message;
    failure.file = place.file;
    failure.line = place.line;
    failure.column = place.column;
    return;
  }
}

}  // namespace

Compilation compiler_failure(const ChildResult& child, const CompileRequest& request) {
  if (child.stopped) {
    Compilation stopped;
    stopped.status = kDeviceClosed;
    return stopped;
  }
  Compilation failure = compile_failure("ERR_HEDDLE_COMPILE", "");
  failure.log = child.output;
  place_failure(failure, request);
  if (failure.message.empty()) {
    failure.message = "the C++ compiler ended with code " + std::to_string(child.exit_code);
  }
  return failure;
}

}  // namespace heddle::cuda::host
