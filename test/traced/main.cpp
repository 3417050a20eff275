#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstring>
#include <iostream>

#include "native/task_trace.hpp"
#include "test/support/hang_guard.hpp"
#include "test/traced/support/waiting.hpp"

namespace {

// A failed check is told together with who waits for whom.
struct StacksOfFailures : heddle::test::Listener {
  explicit StacksOfFailures(const doctest::ContextOptions&) {}
  void log_assert(const doctest::AssertData& check) override {
    if (check.m_failed) std::cerr << heddle::task_stacks();
  }
};

REGISTER_LISTENER("task-stacks", 1, StacksOfFailures);
REGISTER_LISTENER("hang-guard", 1, heddle::test::HangGuard);

// What is left when all tests are over has leaked.
int with_leaks(int failed) {
  const std::string left = heddle::task_stacks();
  if (left.empty()) return failed;
  std::cerr << "*** tasks that nobody will resume:\n" << left;
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  // For the test of the gdb script, which runs this program in gdb.
  if (argc == 2 && std::strcmp(argv[1], "--trap-while-waiting") == 0) heddle::test::trap_while_waiting();
  return with_leaks(doctest::Context(argc, argv).run());
}
