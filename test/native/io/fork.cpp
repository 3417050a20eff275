#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

pid_t fork_now() {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
  }
  return status;
}

TEST_CASE_ON_BACKENDS("fork: a child that minds its own business leaves the parent's operations alone") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  std::string into(10, '.');
  Outcome read;
  bed.start(read_task(pipe.read_end.get(), writable(into)), read);
  const pid_t child = fork_now();
  if (child == 0) _exit(7);
  CHECK(WEXITSTATUS(wait_for(child)) == 7);
  bed.settle();
  CHECK(!read.done());
  pipe.put("abc");
  bed.drive_until([&] { return read.done(); });
  CHECK(read.value == 3);
  CHECK(into.substr(0, 3) == "abc");
}

// The child inherits the ring's descriptor, but not its memory: what it tries ends the child, and reaches
// nobody's ring.
TEST_CASE("fork: a child can't submit into its parent's ring") {
  if (!uring_available()) return;
  IoBed bed(options<Uring>());
  Pipe pipe;
  pipe.put("parent's");
  std::string into(8, '.');
  Outcome read;
  bed.spawn(read_task(pipe.read_end.get(), writable(into)), read);
  const pid_t child = fork_now();
  if (child == 0) {
    std::signal(SIGSEGV, SIG_DFL);
    std::signal(SIGBUS, SIG_DFL);
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);
    bed.executor.poll();  // would read from the pipe
    _exit(0);
  }
  const int status = wait_for(child);
  CHECK(WIFSIGNALED(status));
  bed.drive_until([&] { return read.done(); });
  CHECK(read.value == 8);
  CHECK(into == "parent's");
}

}  // namespace

}  // namespace heddle
