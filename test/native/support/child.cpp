#include "test/native/support/child.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "test/native/support/files.hpp"

namespace heddle::test {

ChildOutcome run_in_child(int (*body)(std::string& said)) {
  Pipe report;
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (child == 0) {
    alarm(50);  // the parent's is not inherited
    int code = 99;
    std::string said;
    try {
      code = body(said);
    } catch (const std::exception& error) {
      said = error.what();
    }
    [[maybe_unused]] const ssize_t written = write(report.write_end.get(), said.data(), said.size());
    _exit(code);
  }
  report.write_end.reset();
  return outcome_of(child, report);
}

ChildOutcome outcome_of(pid_t child, const Pipe& report) {
  ChildOutcome outcome;
  char part[4096];
  for (;;) {
    const ssize_t count = read(report.read_end.get(), part, sizeof part);
    if (count <= 0) break;
    outcome.said.append(part, static_cast<std::size_t>(count));
  }
  while (waitpid(child, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  return outcome;
}

bool deny_threads() {
  const rlimit one{.rlim_cur = 1, .rlim_max = 1};
  if (setrlimit(RLIMIT_NPROC, &one) != 0) return false;
  if (geteuid() == 0 && setuid(65534) != 0) return false;  // root is not limited
  try {
    std::thread([] {}).join();
  } catch (const std::system_error&) {
    return true;
  }
  return false;
}

}  // namespace heddle::test
