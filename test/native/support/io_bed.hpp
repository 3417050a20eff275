#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "native/executor.hpp"
#include "native/io/operations.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/task.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"

namespace heddle::test {

// Each operation as a task whose value is what the system call returned, or -errno.
[[nodiscard]] Task<std::int64_t> open_task(std::string path, int flags, unsigned mode = 0600, StopToken stop = {});
[[nodiscard]] Task<std::int64_t> close_task(int fd);
[[nodiscard]] Task<std::int64_t> read_task(int fd, std::span<std::byte> bytes,
                                           std::int64_t offset = io::kCurrentPosition, StopToken stop = {});
[[nodiscard]] Task<std::int64_t> readv_task(int fd, std::span<const iovec> parts, std::int64_t offset,
                                            StopToken stop = {});
[[nodiscard]] Task<std::int64_t> write_task(int fd, std::span<const std::byte> bytes,
                                            std::int64_t offset = io::kCurrentPosition, StopToken stop = {});
[[nodiscard]] Task<std::int64_t> writev_task(int fd, std::span<const iovec> parts, std::int64_t offset,
                                             StopToken stop = {});
[[nodiscard]] Task<std::int64_t> fsync_task(int fd);
[[nodiscard]] Task<std::int64_t> fdatasync_task(int fd);
[[nodiscard]] Task<std::int64_t> stat_task(int fd, struct statx& into);
[[nodiscard]] Task<std::int64_t> stat_task(std::string path, struct statx& into);

// What became of an operation that was started.
struct Outcome {
  std::int64_t value = 0;
  int times = 0;  // how often it ended; more than once is a bug
  [[nodiscard]] bool done() const noexcept { return times != 0; }
};

[[nodiscard]] Task<void> keep(Task<std::int64_t> task, Outcome& outcome);
[[nodiscard]] Task<void> join(Scope& scope);

// An executor on one backend, and a scope for what a test starts and does not wait for at once.
class IoBed {
 public:
  explicit IoBed(const Executor::Options& options) : executor(options) {}
  IoBed(const IoBed&) = delete;
  IoBed& operator=(const IoBed&) = delete;
  ~IoBed() { sync_wait(executor, join(scope)); }

  // Runs it to its end.
  std::int64_t run(Task<std::int64_t> task) { return sync_wait(executor, std::move(task)); }
  // Starts it, as far as handing it to the kernel.
  void start(Task<std::int64_t> task, Outcome& outcome) {
    spawn(std::move(task), outcome);
    settle();
  }
  // Makes it ready, no more.
  void spawn(Task<std::int64_t> task, Outcome& outcome) { scope.spawn_on(executor, keep(std::move(task), outcome)); }
  // Polls as long as there is something to do without waiting.
  void settle() {
    while (executor.poll()) {
    }
  }
  template <class Condition>
  void drive_until(Condition condition) {
    while (!condition()) {
      if (!executor.poll() && !condition()) executor.wait();
    }
  }

  Executor executor;
  Scope scope;
};

}  // namespace heddle::test
