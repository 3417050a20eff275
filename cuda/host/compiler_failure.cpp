#include "cuda/host/compiler_failure.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace heddle::cuda::host {

namespace {

// "name:3:5: error: ..." is where the first error is.
void place_failure(Compilation& failure, const std::string& name) {
  std::string_view log = failure.log;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    const std::size_t error = line.find("error: ");
    if (error == std::string_view::npos) continue;
    if (failure.message.empty()) failure.message = line.substr(error + 7);
    if (!line.starts_with(name + ":")) continue;
    char* end = nullptr;
    const std::string numbers(line.substr(name.size() + 1));
    failure.line = static_cast<int>(std::strtol(numbers.c_str(), &end, 10));
    if (*end == ':') failure.column = static_cast<int>(std::strtol(end + 1, nullptr, 10));
    failure.message = line.substr(error + 7);
    return;
  }
}

}  // namespace

Compilation compiler_failure(const ChildResult& child, const std::string& name) {
  if (child.stopped) {
    Compilation stopped;
    stopped.status = kDeviceClosed;
    return stopped;
  }
  Compilation failure = compile_failure("ERR_HEDDLE_COMPILE", "");
  failure.log = child.output;
  place_failure(failure, name);
  if (failure.message.empty()) {
    failure.message = "the C++ compiler ended with code " + std::to_string(child.exit_code);
  }
  return failure;
}

}  // namespace heddle::cuda::host
