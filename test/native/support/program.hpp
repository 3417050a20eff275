#pragma once

#include <optional>

#include "test/native/support/child.hpp"

namespace heddle::test {

// A program of its own inside of this executable, for tests of how a process ends: with its static objects, by a call of
// std::exit() anywhere. A fork alone would inherit what the tests before have left.
class Program {
 public:
  // An object at namespace scope; `main` gives the exit code.
  Program(const char* name, int (*main)());
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Starts this executable anew, and waits for it: `said` is what it wrote to its standard error. A hang ends it.
  [[nodiscard]] ChildOutcome run() const;

  // For the executable's main(): runs the program that this process was started for, if any.
  [[nodiscard]] static std::optional<int> run_requested();

 private:
  const char* name_;
  int (*main_)();
  const Program* next_;
};

}  // namespace heddle::test
