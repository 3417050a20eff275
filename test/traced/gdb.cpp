#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "test/native/support/sanitized.hpp"

namespace {

std::string output_of(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string said;
  char bytes[512];
  for (std::size_t got = 0; (got = fread(bytes, 1, sizeof bytes, pipe)) > 0;) said.append(bytes, got);
  pclose(pipe);
  return said;
}

const std::string script = HEDDLE_ROOT "/scripts/gdb/heddle_tasks.py";

TEST_CASE("scripts/gdb/heddle_tasks.py prints the stacks of the tasks that wait") {
  const bool can = access(script.c_str(), R_OK) == 0 && std::system("gdb --version > /dev/null 2>&1") == 0;
  if (heddle::test::kSanitized || !can) {
    std::fputs("*** no gdb or no script here, or it can't see into this build: the script is NOT tested\n", stderr);
    return;
  }
  const std::string said =
      output_of("gdb -batch -nx -ex 'source " + script + "' -ex run -ex heddle-tasks --args /proc/" +
                std::to_string(getpid()) + "/exe --trap-while-waiting 2>&1");
  CAPTURE(said);
  const std::size_t inner = said.find("::inner(");
  const std::size_t middle = said.find("::middle(");
  const std::size_t outer = said.find("::outer(");
  REQUIRE(outer != std::string::npos);
  CHECK(inner < middle);
  CHECK(middle < outer);
  CHECK(said.find("waits at waiting.cpp:14") != std::string::npos);
}

}  // namespace
