#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <system_error>

#include "test/native/support/child.hpp"
#include "test/native/support/io_bed.hpp"
#include "test/native/support/sanitized.hpp"

// Where the ring is refused: everything must work all the same, and say why.
namespace heddle {

namespace {

using namespace test;
using io::BackendChoice;
using io::BackendKind;

class HeddleIo {
 public:
  explicit HeddleIo(const char* value) { setenv("HEDDLE_IO", value, 1); }
  HeddleIo(const HeddleIo&) = delete;
  HeddleIo& operator=(const HeddleIo&) = delete;
  ~HeddleIo() { unsetenv("HEDDLE_IO"); }
};

TEST_CASE("io setup: automatic is the ring where it can be had") {
  const Executor executor;
  CHECK(executor.io().kind() == (uring_available() ? BackendKind::uring : BackendKind::fallback));
  CHECK(!executor.io_reason().empty());
}

TEST_CASE("io setup: HEDDLE_IO chooses") {
  {
    const HeddleIo variable("fallback");
    const Executor executor;
    CHECK(executor.io().kind() == BackendKind::fallback);
    CHECK(executor.io_reason().find("HEDDLE_IO") != std::string::npos);
  }
  if (uring_available()) {
    const HeddleIo variable("uring");
    const Executor executor;
    CHECK(executor.io().kind() == BackendKind::uring);
    CHECK(executor.io_reason().find("HEDDLE_IO") != std::string::npos);
  }
}

TEST_CASE("io setup: HEDDLE_IO of another value changes nothing, and the reason says so") {
  const Executor plain;
  CHECK(plain.io_reason().find("HEDDLE_IO") == std::string::npos);
  for (const std::string value : {"", "auto", "URING", "fallback "}) {
    const HeddleIo variable(value.c_str());
    const Executor executor;
    CHECK(executor.io().kind() == plain.io().kind());
    CHECK((executor.io_reason() == plain.io_reason()) == value.empty());
    CHECK(executor.io_reason().find(value) != std::string::npos);
  }
}

TEST_CASE("io setup: what the program asks for counts more than HEDDLE_IO") {
  if (uring_available()) {
    const HeddleIo variable("fallback");
    const Executor executor(options<Uring>());
    CHECK(executor.io().kind() == BackendKind::uring);
  }
  const HeddleIo variable("uring");
  const Executor executor(options<Fallback>());
  CHECK(executor.io().kind() == BackendKind::fallback);
}

// Every operation once, in a process where something is denied. Empty when all is well.
std::string check_operations(const Executor::Options& how) {
  const TemporaryFolder folder;
  IoBed bed(how);
  const auto fd = static_cast<int>(bed.run(open_task(folder.path("file"), O_RDWR | O_CREAT)));
  if (fd < 0) return "open";
  if (bed.run(write_task(fd, bytes_of("hello"), 0)) != 5) return "write";
  std::string into(5, '.');
  if (bed.run(read_task(fd, writable(into), 0)) != 5 || into != "hello") return "read";
  if (bed.run(fsync_task(fd)) != 0) return "fsync";
  struct statx attributes{};
  if (bed.run(stat_task(fd, attributes)) != 0 || attributes.stx_size != 5) return "stat";
  if (bed.run(close_task(fd)) != 0) return "close";
  const Pipe pipe;
  Outcome read;
  StopSource stop;
  bed.start(read_task(pipe.read_end.get(), writable(into), -1, stop.token()), read);
  stop.request_stop();
  bed.drive_until([&] { return read.done(); });
  return read.value == -ECANCELED ? "" : "cancel";
}

bool deny_ring_setup(int error) {
  const std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{.len = program.size(), .filter = const_cast<sock_filter*>(program.data())};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// As in containers: EPERM from Docker's and Kubernetes' filters, ENOSYS from gVisor and old kernels.
template <int kError>
int under_seccomp(std::string& said) {
  if (!deny_ring_setup(kError)) return 77;
  {
    const Executor executor;
    said = executor.io_reason();
    if (executor.io().kind() != BackendKind::fallback) return 1;
  }
  try {
    const Executor executor(options<Uring>());
    return 2;
  } catch (const std::system_error& error) {
    if (error.code() != std::error_code(kError, std::system_category())) return 3;
  }
  setenv("HEDDLE_IO", "uring", 1);
  try {
    const Executor executor;
    return 4;
  } catch (const std::system_error&) {
  }
  unsetenv("HEDDLE_IO");
  const std::string failed = check_operations(Executor::Options{});
  if (failed.empty()) return 0;
  said += "; failed: " + failed;
  return 5;
}

void check_under_seccomp(int (*body)(std::string&), const char* expected) {
  const ChildOutcome child = run_in_child(body);
  if (child.exited_with(77)) {
    MESSAGE("skipped: no seccomp filter can be set here");
    return;
  }
  INFO(child.said);
  CHECK(child.exited_with(0));
  CHECK(child.said.find("io_uring can't be used") != std::string::npos);
  CHECK(child.said.find(expected) != std::string::npos);
}

TEST_CASE("io setup: a seccomp filter that denies the ring") {
  check_under_seccomp(under_seccomp<EPERM>, "not permitted");
  check_under_seccomp(under_seccomp<ENOSYS>, "not implemented");
  check_under_seccomp(under_seccomp<EOPNOTSUPP>, "not supported");
}

template <rlim_t kBytes>
int with_lockable_memory(std::string& said) {
  const rlimit limit{.rlim_cur = kBytes, .rlim_max = kBytes};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 1;
  if (geteuid() == 0 && setuid(65534) != 0) return 2;  // root is not limited
  const Executor executor;
  said = "RLIMIT_MEMLOCK " + std::to_string(kBytes) + " gives ";
  said += executor.io().kind() == BackendKind::uring ? "uring: " : "fallback: ";
  said += executor.io_reason();
  const std::string failed = check_operations(Executor::Options{});
  if (failed.empty()) return 0;
  said += "; failed: " + failed;
  return 3;
}

// Some kernels charge a ring to RLIMIT_MEMLOCK (before 5.12, and again from 6.14 or so), for others the limit
// means nothing. Both are fine.
TEST_CASE("io setup: no lockable memory, or little") {
  for (const auto body : {&with_lockable_memory<0>, &with_lockable_memory<65'536>}) {
    const ChildOutcome child = run_in_child(body);
    INFO(child.said);
    CHECK(child.exited_with(0));
    MESSAGE(child.said);
  }
}

int without_threads(std::string& said) {
  if (!deny_threads()) return 77;
  IoBed bed(Executor::Options{.io = BackendChoice::fallback});
  const std::int64_t opened = bed.run(open_task("/dev/null", O_RDONLY));
  said = std::to_string(opened);
  return opened == -EAGAIN ? 0 : 2;
}

TEST_CASE("io setup: the fallback without a thread to be had gives an error and goes on") {
  const ChildOutcome child = run_in_child(without_threads);
  if (child.exited_with(77)) {
    MESSAGE("skipped: the number of threads can't be limited here");
    return;
  }
  INFO(child.said);
  CHECK(child.exited_with(0));
}

int without_descriptors(std::string& said) {
  const rlimit few{.rlim_cur = 3, .rlim_max = 3};
  if (setrlimit(RLIMIT_NOFILE, &few) != 0) return 1;
  try {
    const Executor executor;
    return 2;
  } catch (const std::system_error& error) {
    said = error.what();
    return error.code() == std::errc::too_many_files_open ? 0 : 3;
  }
}

TEST_CASE("io setup: without a descriptor left there is an error and no crash") {
  if (kAddressSanitizer) return;  // UBSan's own check of types needs a pipe
  const ChildOutcome child = run_in_child(without_descriptors);
  INFO(child.said);
  CHECK(child.exited_with(0));
}

}  // namespace

}  // namespace heddle
