#include "native/metrics.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>

#include "native/executor.hpp"
#include "native/pool_scope.hpp"
#include "native/resume_on.hpp"
#include "native/runtime_metrics.hpp"
#include "native/scope.hpp"
#include "native/shared_pool.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/manual_clock.hpp"

namespace heddle {

namespace {

Task<void> nothing() { co_return; }
Task<void> yield_twice() {
  co_await Executor::yield();
  co_await Executor::yield();
}
Task<void> sleep_a_while() { co_await sleep_for(std::chrono::seconds(1)); }

TEST_CASE("ExecutorMetrics: tasks, polls, ready coroutines and timers") {
  test::ManualClock clock;
  Executor executor({.clock = &clock});
  Scope scope;
  CHECK(executor.metrics().tasks == 0);
  for (int i = 0; i < 3; ++i) scope.spawn_on(executor, yield_twice());
  scope.spawn_on(executor, sleep_a_while());
  CHECK(executor.metrics().tasks == 4);
  CHECK(executor.metrics().ready == 4);
  CHECK(executor.metrics().polls == 0);
  executor.poll();
  CHECK(executor.metrics().tasks == 4);
  CHECK(executor.metrics().ready == 3);
  CHECK(executor.metrics().polls == 4);
  CHECK(executor.metrics().timers == 1);
  CHECK(executor.metrics().turns == 1);
  while (executor.metrics().ready != 0) executor.poll();
  CHECK(executor.metrics().tasks == 1);
  clock.advance(std::chrono::seconds(2));
  while (scope.live() != 0) executor.poll();
  const ExecutorMetrics after = executor.metrics();
  CHECK(after.tasks == 0);
  CHECK(after.timers == 0);
  CHECK(after.polls == 4 + 3 + 3 + 1);
  CHECK(after.io_in_flight == 0);
}

TEST_CASE("ExecutorMetrics: the children of when_all are tasks, awaited tasks are not") {
  Executor executor;
  const auto body = [](Executor& self) -> Task<void> {
    CHECK(self.metrics().tasks == 1);
    co_await nothing();
    const auto looks = [](Executor& at) -> Task<std::size_t> { co_return at.metrics().tasks; };
    const auto [first, second] = co_await when_all(looks(self), looks(self));
    CHECK(first == 3);
    CHECK(second == 2);
    CHECK(self.metrics().tasks == 1);
  };
  sync_wait(executor, body(executor));
  CHECK(executor.metrics().tasks == 0);
}

Task<void> take_time(test::ManualClock& clock, std::chrono::nanoseconds time) {
  clock.advance(time);
  co_return;
}

TEST_CASE("ExecutorMetrics: the longest turn, and the longest poll when asked for") {
  for (const bool measured : {false, true}) {
    test::ManualClock clock;
    Executor executor({.clock = &clock, .measure_polls = measured});
    Scope scope;
    scope.spawn_on(executor, take_time(clock, std::chrono::microseconds(30)));
    scope.spawn_on(executor, take_time(clock, std::chrono::microseconds(50)));
    while (scope.live() != 0) executor.poll();
    CHECK(executor.metrics().longest_turn == 80'000);
    CHECK(executor.metrics().longest_poll == (measured ? 50'000 : 0));
  }
}

TEST_CASE("BlockingPoolMetrics: jobs and how long they waited for a thread") {
  Executor executor;
  const auto body = [](Executor& self) -> Task<void> {
    const auto call = [](Executor& at) -> Task<int> {
      const auto work = [] { return 1; };
      co_return co_await at.blocking().run(at, work);
    };
    for (int i = 0; i < 5; ++i) CHECK(co_await call(self) == 1);
  };
  sync_wait(executor, body(executor));
  const BlockingPoolMetrics metrics = executor.metrics().blocking;
  CHECK(metrics.started == 5);
  CHECK(metrics.queued == 0);
  CHECK(metrics.threads >= 1);
  CHECK(metrics.total_wait > 0);
  CHECK(metrics.longest_wait > 0);
  CHECK(metrics.longest_wait <= metrics.total_wait);
}

// Holds its thread until the other has come: so one of the two was stolen, or came from the common queue.
Task<void> meet(std::atomic<int>& here) {
  here.fetch_add(1);
  while (here.load() < 2) std::this_thread::yield();
  co_return;
}

TEST_CASE("WorkStealingPoolMetrics: polls, steals and sleep") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    co_await resume_on(there);
    for (int i = 0; i < 10; ++i) {
      std::atomic<int> here{0};
      PoolScope scope(there);
      scope.spawn(meet(here));
      scope.spawn(meet(here));
      co_await scope.join();
    }
  };
  sync_wait(executor, body(pool));
  const WorkStealingPoolMetrics metrics = pool.metrics();
  CHECK(metrics.threads == 2);
  CHECK(metrics.polls >= 20);
  CHECK(metrics.steals >= 10);
  CHECK(metrics.stolen >= metrics.steals);
  CHECK(metrics.local == 0);
  CHECK(metrics.injected == 0);
}

TEST_CASE("RuntimeMetrics: an executor and a pool as one") {
  Executor executor;
  WorkStealingPool pool(2);
  CHECK(sync_wait(executor, pool.run([] { return 1; })) == 1);
  const RuntimeMetrics own = runtime_metrics(executor, pool);
  CHECK(own.executor.polls >= 1);
  CHECK(own.pool.threads == 2);
  CHECK(own.pool.polls == 1);
  CHECK(sync_wait(executor, shared_pool().run([] { return 2; })) == 2);
  const RuntimeMetrics shared = runtime_metrics(executor);
  CHECK(shared.executor.polls > own.executor.polls);
  CHECK(shared.pool.threads >= 1);
  CHECK(shared.pool.polls >= 1);
}

}  // namespace

}  // namespace heddle
