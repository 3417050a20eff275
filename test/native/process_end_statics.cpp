// Processes that end with executors and pools as static objects, at work or at rest.

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "native/blocking_pool.hpp"
#include "native/executor.hpp"
#include "native/pool_scope.hpp"
#include "native/resume_on.hpp"
#include "native/shared_pool.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/process_end.hpp"

namespace heddle {

namespace {

using namespace test;

Task<void> use_everything(WorkStealingPool& pool) {
  Executor& executor = *Executor::current();
  co_await sleep_for(std::chrono::microseconds(10));
  auto call = executor.blocking().run(executor, [] { done.fetch_add(1); });
  co_await call;
  co_await resume_on(pool);
  co_await resume_on(executor);
  PoolScope scope(pool);
  const auto child = []() -> Task<void> {
    done.fetch_add(1);
    co_return;
  };
  for (int i = 0; i < 10; ++i) scope.spawn(child());
  co_await scope.join();
}

const Program executor_first("static executor, then pool", [] {
  static Executor executor;
  static WorkStealingPool pool(2);
  sync_wait(executor, use_everything(pool));
  return done == 11 ? 0 : 1;
});

const Program pool_first("static pool, then executor", [] {
  static WorkStealingPool pool(2);
  static Executor executor;
  sync_wait(executor, use_everything(pool));
  return done == 11 ? 0 : 1;
});

TEST_CASE("Process end: static executors and pools that are at rest, in either order") {
  check_ends(executor_first, 0);
  check_ends(pool_first, 0);
}

const Program never_used("static and never used", [] {
  static Executor executor;
  static BlockingPool blocking;
  static WorkStealingPool pool;
  static_cast<void>(shared_pool());
  return 0;
});

TEST_CASE("Process end: static executors and pools that were never used") { check_ends(never_used, 0); }

constexpr int kQueued = 500;

const Program queued_on_pool("static pool with work queued", [] {
  static const LastCheck check([] { return done == kQueued; });
  static WorkStealingPool pool(2);
  static const FirstAtEnd end;
  queue_on(pool, 2, kQueued);
  return 0;
});

const Program queued_on_blocking_pool("static blocking pool with jobs queued", [] {
  static Jobs<2, kQueued> jobs;
  static const LastCheck check([] { return done == kQueued; });
  static BlockingPool pool(2);
  static const FirstAtEnd end;
  jobs.queue_on(pool);
  return 0;
});

const Program queued_on_executors_pool("static executor with blocking jobs queued", [] {
  static Jobs<4, kQueued> jobs;
  static const LastCheck check([] { return done == kQueued; });
  static Executor executor;
  static const FirstAtEnd end;
  jobs.queue_on(executor.blocking());
  return 0;
});

TEST_CASE("Process end: what is queued on static pools runs before they go") {
  check_ends(queued_on_pool, 0);
  check_ends(queued_on_blocking_pool, 0);
  check_ends(queued_on_executors_pool, 0);
}

const Program automatic_objects("destroyed with work queued", [] {
  Jobs<4, kQueued> of_executor;
  Jobs<3, kQueued> of_blocking;
  {
    Executor executor;
    BlockingPool blocking(3);
    WorkStealingPool pool(2);
    const FirstAtEnd end;
    of_executor.queue_on(executor.blocking());
    of_blocking.queue_on(blocking);
    queue_on(pool, 2, kQueued);
  }
  return done == 3 * kQueued ? 0 : 1;
});

TEST_CASE("Process end: what is queued on pools that are destroyed before runs too") {
  check_ends(automatic_objects, 0);
}

const Program busy_shared_pool("shared pool at work", [] {
  WorkStealingPool& pool = shared_pool();
  for (int i = 0; i < 10; ++i) pool.post(count_for_ever(pool).runnable);
  while (done < 1000) std::this_thread::yield();
  return 0;
});

TEST_CASE("Process end: the shared pool is still at work") { check_ends(busy_shared_pool, 0); }

Task<int> never_started(std::unique_ptr<int> number) { co_return *number; }

// Frames go to lists of the thread, which are gone before static objects are.
const Program static_tasks("static tasks", [] {
  static std::optional<Task<int>> unstarted(never_started(std::make_unique<int>(1)));
  static Executor executor;
  static auto all = when_all(never_started(std::make_unique<int>(2)), never_started(std::make_unique<int>(3)));
  return sync_wait(executor, never_started(std::make_unique<int>(0)));
});

TEST_CASE("Process end: static tasks that have never started") { check_ends(static_tasks, 0); }

}  // namespace

}  // namespace heddle
