#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "test/native/support/backends.hpp"
#include "test/native/support/program.hpp"
#include "test/support/hang_guard.hpp"

namespace {

REGISTER_LISTENER("hang-guard", 1, heddle::test::HangGuard);

}  // namespace

int main(int argc, char** argv) {
  // As in Node: a write to a pipe that nobody reads is an error, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // What the environment says about the backend is tested on purpose, and must not change the other tests.
  unsetenv("HEDDLE_IO");
  if (const auto exit_code = heddle::test::Program::run_requested()) return *exit_code;
  if (!heddle::test::uring_available()) {
    std::fprintf(stderr,
                 "*** io_uring can't be used on this host: %s.\n"
                 "*** Its half of the I/O tests does NOT run; only the fallback is tested.\n",
                 heddle::test::why_no_uring().c_str());
  }
  return doctest::Context(argc, argv).run();
}
