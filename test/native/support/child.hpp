#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <string>

namespace heddle::test {

struct Pipe;

// How a forked child ended, and what it said.
struct ChildOutcome {
  int status = 0;  // of waitpid
  std::string said;

  [[nodiscard]] bool exited_with(int code) const noexcept { return WIFEXITED(status) && WEXITSTATUS(status) == code; }
  [[nodiscard]] bool killed_by(int signal) const noexcept { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }
};

// Runs `body` in a forked child, which ends without running destructors or exit handlers: for tests of
// limits, filters and credentials that a process can't take back. `body` writes what it finds into `said` and
// returns the exit code; an exception becomes exit code 99 with its text.
[[nodiscard]] ChildOutcome run_in_child(int (*body)(std::string& said));

// Waits for a child that writes into the pipe, of which this process has closed that end.
[[nodiscard]] ChildOutcome outcome_of(pid_t child, const Pipe& report);

// For a child: from here on no thread can be started. False where that can't be had.
[[nodiscard]] bool deny_threads();

}  // namespace heddle::test
