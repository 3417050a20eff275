// Processes that end by a call of std::exit(), on any of the threads that run what is ours.

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>

#include "native/blocking_pool.hpp"
#include "native/executor.hpp"
#include "native/io/operations.hpp"
#include "native/scope.hpp"
#include "native/shared_pool.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/process_end.hpp"

namespace heddle {

namespace {

using namespace test;

constexpr int kExitCode = 7;
constexpr int kQueued = 300;

Task<void> exit_task() {
  co_await Executor::yield();
  std::exit(kExitCode);
}

const Program within_a_task("exit within a task", [] {
  static Jobs<2, kQueued> jobs;
  static const LastCheck check([] { return done == 2 * kQueued; });
  static BlockingPool blocking(2);
  static WorkStealingPool pool(2);
  static const FirstAtEnd end;
  queue_on(pool, 2, kQueued);
  jobs.queue_on(blocking);
  Executor executor;
  sync_wait(executor, exit_task());
  return 1;
});

TEST_CASE("Process end: exit within a task, while static pools have work queued") {
  check_ends(within_a_task, kExitCode);
}

Task<void> wait_for_a_byte(int fd) {
  std::array<std::byte, 1> byte{};
  static_cast<void>(co_await io::read(fd, byte, io::kCurrentPosition));
}

template <class Choice>
int exit_with_waits() {
  const Pipe pipe;
  Executor executor(options<Choice>());
  Scope scope;
  scope.spawn_on(executor, wait_for_a_byte(pipe.read_end.get()));
  const auto sleep = []() -> Task<void> { co_await sleep_for(std::chrono::hours(1)); };
  scope.spawn_on(executor, sleep());
  for (int i = 0; i < 3; ++i) executor.poll();
  sync_wait(executor, exit_task());
  return 1;
}

const Program with_waits_on_uring("exit while I/O and timers wait, io_uring", exit_with_waits<Uring>);
const Program with_waits_on_fallback("exit while I/O and timers wait, fallback", exit_with_waits<Fallback>);

TEST_CASE_ON_BACKENDS("Process end: exit within a task, while others wait for I/O and timers") {
  SKIP_WITHOUT_BACKEND();
  check_ends(Choice::value == io::BackendChoice::uring ? with_waits_on_uring : with_waits_on_fallback, kExitCode);
}

const Program on_a_pools_thread("exit on a pool's thread", [] {
  Executor executor;
  WorkStealingPool pool(2);
  sync_wait(executor, pool.run([] { std::exit(kExitCode); }));
  return 1;
});

const Program on_the_shared_pools_thread("exit on a thread of the shared pool", [] {
  for (int i = 0; i < 5; ++i) shared_pool().post(count_for_ever(shared_pool()).runnable);
  Executor executor;
  sync_wait(executor, shared_pool().run([] { std::exit(kExitCode); }));
  return 1;
});

TEST_CASE("Process end: exit on a thread of a work-stealing pool") {
  check_ends(on_a_pools_thread, kExitCode);
  check_ends(on_the_shared_pools_thread, kExitCode);
}

Task<void> exit_in_a_call(BlockingPool& pool) {
  auto call = pool.run(*Executor::current(), [] { std::exit(kExitCode); });
  co_await call;
}

const Program on_a_blocking_thread("exit on a blocking pool's thread", [] {
  Executor executor;
  sync_wait(executor, exit_in_a_call(executor.blocking()));
  return 1;
});

TEST_CASE("Process end: exit on a thread of a blocking pool") { check_ends(on_a_blocking_thread, kExitCode); }

// When it is told to: until then it keeps a thread.
struct ExitJob : BlockingPool::Job {
  ExitJob() noexcept : Job(&ExitJob::exit) {}
  static void exit(Job& job) noexcept {
    static_cast<ExitJob&>(job).told.wait(false);
    std::exit(kExitCode);
  }
  std::atomic<bool> told{false};
};

template <std::size_t Threads>
int exit_on_own_thread() {
  static std::array<CountingJob, kQueued> jobs;
  static ExitJob exits;
  static const LastCheck check([] { return done == kQueued; });
  static BlockingPool pool(Threads);
  pool.submit(exits);
  for (CountingJob& job : jobs) pool.submit(job);
  exits.told = true;
  exits.told.notify_one();
  for (;;) pause();
}

const Program on_the_static_pools_only_thread("exit on a static blocking pool's only thread", exit_on_own_thread<1>);
const Program on_the_static_pools_thread("exit on a static blocking pool's thread", exit_on_own_thread<3>);

TEST_CASE("Process end: exit on a thread of a blocking pool that is static itself, with jobs queued") {
  check_ends(on_the_static_pools_only_thread, kExitCode);
  check_ends(on_the_static_pools_thread, kExitCode);
}

}  // namespace

}  // namespace heddle
