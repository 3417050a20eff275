#include "native/work_stealing_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "native/executor.hpp"
#include "native/pool_scope.hpp"
#include "native/resume_on.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

TEST_CASE("WorkStealingPool: run() gives the function's result or exception") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    const auto here = std::this_thread::get_id();
    const auto answer = [] { return 42; };
    CHECK(co_await there.run(answer) == 42);
    const auto owned = [] { return std::make_unique<int>(7); };
    const std::unique_ptr<int> seven = co_await there.run(owned);
    CHECK(*seven == 7);
    bool ran = false;
    auto& did = ran;
    const auto sets = [&did, here] { did = std::this_thread::get_id() != here; };
    co_await there.run(sets);
    CHECK(ran);
    const auto fails = []() -> int { throw std::out_of_range("no"); };
    CHECK_THROWS_AS((void)co_await there.run(fails), std::out_of_range);
    CHECK(std::this_thread::get_id() == here);
  };
  sync_wait(executor, body(pool));
}

TEST_CASE("WorkStealingPool: its end runs what is queued") {
  Executor executor;
  std::atomic<int> sum{0};
  const auto body = [](std::atomic<int>& done, std::optional<WorkStealingPool>& there) -> Task<void> {
    Scope scope;
    for (int i = 0; i < 200; ++i) {
      const auto work = [](WorkStealingPool& at, std::atomic<int>& count) -> Task<void> {
        co_await resume_on(at);
        count.fetch_add(1);
      };
      scope.spawn(work(*there, done));
    }
    co_await Executor::yield();  // now all are on their way
    there.reset();
    CHECK(done.load() == 200);
    co_await scope.join();
  };
  std::optional<WorkStealingPool> pool(std::in_place, 2);
  sync_wait(executor, body(sum, pool));
}

TEST_CASE("WorkStealingPool: an executor may go as soon as what came back to it has ended") {
  WorkStealingPool pool(2);
  for (int round = 0; round < 2000; ++round) {
    Executor executor(Executor::Options{.io = io::BackendChoice::fallback});
    CHECK(sync_wait(executor, pool.run([round] { return round; })) == round);
  }
}

TEST_CASE("WorkStealingPool: its end waits for tasks that come back") {
  Executor executor;
  std::atomic<int> returned{0};
  std::optional<WorkStealingPool> pool;
  const auto visit = [](Executor& other) -> Task<void> { co_await resume_on(other); };
  const auto body = [](auto& child, Executor& home, WorkStealingPool& there, std::atomic<int>& back) -> Task<void> {
    co_await resume_on(there);
    co_await child(home);
    CHECK(WorkStealingPool::current() == &there);
    back.fetch_add(1);
  };
  const auto root = [](auto& task, auto& child, Executor& home, std::optional<WorkStealingPool>& there,
                       std::atomic<int>& back, std::jthread& thread) -> Task<void> {
    Scope scope;
    for (int i = 0; i < 20; ++i) scope.spawn(task(child, home, *there, back));
    co_await Executor::yield();
    thread = std::jthread([&there] { there.reset(); });
    co_await scope.join();
  };
  for (int round = 1; round <= 50; ++round) {
    pool.emplace(2);
    std::jthread ends;
    sync_wait(executor, root(body, visit, executor, pool, returned, ends));
    ends.join();
    REQUIRE(returned.load() == round * 20);
  }
}

// A random tree of forks, some of which visit the executor or a function; the sum of its leaves is known.
Task<long> random_tree(WorkStealingPool& pool, Executor& executor, std::uint32_t seed, int leaves);

Task<void> branch(WorkStealingPool& pool, Executor& executor, std::uint32_t seed, int leaves, long& sum) {
  sum = co_await random_tree(pool, executor, seed, leaves);
}

Task<long> random_tree(WorkStealingPool& pool, Executor& executor, std::uint32_t seed, int leaves) {
  if (leaves == 1) co_return 1;
  const std::uint32_t next = seed * 1'664'525U + 1'013'904'223U;
  const int parts = std::min(leaves, 2 + static_cast<int>(next >> 30));
  std::vector<long> sums(static_cast<std::size_t>(parts));
  PoolScope scope(pool);
  for (int i = 0; i < parts; ++i) {
    const int share = leaves / parts + (i < leaves % parts ? 1 : 0);
    scope.spawn(branch(pool, executor, next + static_cast<std::uint32_t>(i), share, sums[static_cast<std::size_t>(i)]));
  }
  if ((next >> 8) % 16 == 0) {
    co_await resume_on(executor);
    co_await Executor::yield();
    co_await resume_on(pool);
  }
  co_await scope.join();
  co_return std::accumulate(sums.begin(), sums.end(), 0L);
}

Task<long> random_tree_there(WorkStealingPool& pool, Executor& executor, std::uint32_t seed, int leaves) {
  co_await resume_on(pool);
  co_return co_await random_tree(pool, executor, seed, leaves);
}

TEST_CASE("WorkStealingPool: random trees of tasks under stress") {
  test::Random random(3);
  INFO("seed " << random.seed());
  const int rounds = test::rounds(60);
  for (int round = 0; round < rounds; ++round) {
    Executor executor;
    WorkStealingPool pool(random.between<std::size_t>(1, 4));
    const int leaves = random.between(1, 2000);
    const auto seed = random.between<std::uint32_t>(0, ~0U);
    std::vector<Task<long>> roots;
    for (std::uint32_t i = 0; i < 2; ++i) roots.push_back(random_tree_there(pool, executor, seed + i, leaves));
    const auto all = [](std::vector<Task<long>> tasks) -> Task<long> {
      const std::vector<long> sums = co_await when_all(std::move(tasks));
      co_return std::accumulate(sums.begin(), sums.end(), 0L);
    };
    REQUIRE(sync_wait(executor, all(std::move(roots))) == 2L * leaves);
  }
}

TEST_CASE("WorkStealingPool: no wake-up is lost between two sleeps") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](WorkStealingPool& there, int times) -> Task<void> {
    // Each call finds the threads on their way to sleep.
    for (int i = 0; i < times; ++i) {
      const auto identity = [i] { return i; };
      CHECK(co_await there.run(identity) == i);
    }
  };
  sync_wait(executor, body(pool, test::rounds(20'000)));
}

}  // namespace

}  // namespace heddle
