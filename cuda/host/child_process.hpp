#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace heddle::cuda::host {

struct ChildResult {
  bool stopped = false;  // killed, because `stop` was set
  int exit_code = -1;    // -1: a signal ended it
  std::string output;    // stdout and stderr together
};

// Runs a program, found by path, and waits for it; blocks. `stop` is looked at every few milliseconds, and ends it with all
// of its own children. Throws std::system_error when it can't be started.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& command, const std::atomic<bool>& stop);

// The path of a program: itself when it has a slash, else what PATH has.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

}  // namespace heddle::cuda::host
