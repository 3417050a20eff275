#include "native/pool_scope.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "native/executor.hpp"
#include "native/resume_on.hpp"
#include "native/sync_wait.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/jitter.hpp"
#include "test/native/support/program.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

Task<void> add_one(std::atomic<int>& sum) {
  sum.fetch_add(1, std::memory_order_relaxed);
  co_return;
}

Task<void> fork_flat(WorkStealingPool& pool, int count, std::atomic<int>& sum) {
  PoolScope scope(pool);
  for (int i = 0; i < count; ++i) scope.spawn(add_one(sum));
  co_await scope.join();
  CHECK(sum.load() == count);
}

TEST_CASE("PoolScope: forks from an executor, and joins there") {
  Executor executor;
  WorkStealingPool pool(3);
  std::atomic<int> sum{0};
  const auto body = [](WorkStealingPool& there, std::atomic<int>& added) -> Task<void> {
    Executor* const here = Executor::current();
    co_await fork_flat(there, 5000, added);
    CHECK(Executor::current() == here);
  };
  sync_wait(executor, body(pool, sum));
}

Task<void> move_and_fork(WorkStealingPool& pool, int count, std::atomic<int>& sum) {
  co_await resume_on(pool);
  co_await fork_flat(pool, count, sum);
  CHECK(WorkStealingPool::current() == &pool);
}

TEST_CASE("PoolScope: forks on the pool, more than its queues hold") {
  Executor executor;
  WorkStealingPool pool(3);
  std::atomic<int> sum{0};
  sync_wait(executor, move_and_fork(pool, test::rounds(100'000), sum));
  CHECK(pool.metrics().polls >= static_cast<std::uint64_t>(test::rounds(100'000)));
}

TEST_CASE("PoolScope: the children run on the pool, without an executor") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto child = [](WorkStealingPool& expected, std::atomic<int>& there) -> Task<void> {
    if (WorkStealingPool::current() == &expected && Executor::current() == nullptr) ++there;
    co_return;
  };
  const auto body = [](auto& spawned, WorkStealingPool& on, std::atomic<int>& there) -> Task<void> {
    PoolScope scope(on);
    for (int i = 0; i < 10; ++i) scope.spawn(spawned(on, there));
    co_await scope.join();
  };
  std::atomic<int> there{0};
  sync_wait(executor, body(child, pool, there));
  CHECK(there == 10);
}

Task<void> join_nothing(WorkStealingPool& pool) {
  const PoolScope never_used(pool);
  PoolScope scope(pool);
  co_await scope.join();
  co_await scope.join();
}

TEST_CASE("PoolScope: without children it is joined at once, and need not be") {
  Executor executor;
  WorkStealingPool pool(1);
  sync_wait(executor, join_nothing(pool));
}

// Shared among the frames of a test, on any thread.
using Owned = std::shared_ptr<int>;

Task<Owned> give_back(Owned value) { co_return value; }
Task<std::unique_ptr<int>> wrap(std::unique_ptr<int> value) { co_return value; }
Task<int&> refer(int& target) {
  ++target;
  co_return target;
}

Task<void> spawn_all_kinds(WorkStealingPool& pool, Owned owned, int& target) {
  PoolScope scope(pool);
  for (int i = 0; i < 20; ++i) scope.spawn(give_back(owned));
  scope.spawn(wrap(std::make_unique<int>(1)));
  scope.spawn(refer(target));
  co_await scope.join();
  CHECK(owned.use_count() == 2);  // with the caller's: all parameters and results are gone
}

TEST_CASE("PoolScope: children with values, references and what can only be moved; nothing of them stays") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto owned = std::make_shared<int>(1);
  int target = 0;
  sync_wait(executor, spawn_all_kinds(pool, owned, target));
  CHECK(owned.use_count() == 1);
  CHECK(target == 1);
}

Task<void> fail_at(int index, PoolScope& scope, std::atomic<int>& stopped) {
  if (index == 3) throw std::runtime_error("third");
  if (scope.stop_requested()) stopped.fetch_add(1);
  co_return;
}

TEST_CASE("PoolScope: the first error stops the siblings and is rethrown by join(); the scope can be used again") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    std::atomic<int> stopped{0};
    PoolScope scope(there);
    for (int i = 0; i < 100; ++i) scope.spawn(fail_at(i, scope, stopped));
    CHECK_THROWS_WITH_AS(co_await scope.join(), "third", std::runtime_error);
    CHECK(scope.stop_requested());
    scope.spawn(fail_at(0, scope, stopped));
    co_await scope.join();
    CHECK(stopped.load() >= 1);
  };
  sync_wait(executor, body(pool));
}

Task<void> fail_with(int number) {
  throw std::runtime_error(std::to_string(number));
  co_return;
}

TEST_CASE("PoolScope: of several errors one is thrown, once; those of a later round count anew") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    PoolScope scope(there);
    for (int round = 1; round <= 3; ++round) {
      for (int i = 0; i < 10; ++i) scope.spawn(fail_with(round));
      CHECK_THROWS_WITH_AS(co_await scope.join(), std::to_string(round).c_str(), std::runtime_error);
      co_await scope.join();
    }
  };
  sync_wait(executor, body(pool));
}

TEST_CASE("PoolScope: a closed pool takes nothing from outside, and what it has goes on") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](WorkStealingPool& there) -> Task<int> {
    std::atomic<int> sum{0};
    PoolScope scope(there);
    for (int i = 0; i < 100; ++i) scope.spawn(add_one(sum));
    there.close();
    CHECK_THROWS_AS(scope.spawn(add_one(sum)), PoolClosed);
    co_await scope.join();
    CHECK_THROWS_AS(scope.spawn(add_one(sum)), PoolClosed);
    co_await scope.join();
    co_return sum.load();
  };
  CHECK(sync_wait(executor, body(pool)) == 100);
}

Task<void> fork_when_closed(WorkStealingPool& pool, std::atomic<int>& sum) {
  co_await resume_on(pool);
  pool.close();
  PoolScope scope(pool);
  for (int i = 0; i < 100; ++i) scope.spawn(add_one(sum));
  co_await scope.join();
}

TEST_CASE("PoolScope: what is on a closed pool forks on") {
  Executor executor;
  WorkStealingPool pool(2);
  std::atomic<int> sum{0};
  sync_wait(executor, fork_when_closed(pool, sum));
  CHECK(sum == 100);
}

TEST_CASE("PoolScope: a task that a closed pool refuses is destroyed with its parameters") {
  Executor executor;
  WorkStealingPool pool(1);
  pool.close();
  const auto owned = std::make_shared<int>(1);
  const auto body = [](WorkStealingPool& there, Owned value) -> Task<void> {
    PoolScope scope(there);
    CHECK_THROWS_AS(scope.spawn(give_back(value)), PoolClosed);
    co_return;
  };
  sync_wait(executor, body(pool, owned));
  CHECK(owned.use_count() == 1);
}

TEST_CASE("PoolScope: is stopped by its parent") {
  Executor executor;
  WorkStealingPool pool(1);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    StopSource source;
    PoolScope scope(there, source.token());
    CHECK(!scope.stop_requested());
    source.request_stop();
    CHECK(scope.stop_requested());
    const PoolScope late(there, source.token());
    CHECK(late.stop_requested());
    co_return;
  };
  sync_wait(executor, body(pool));
}

Task<void> spin_until_stopped(const PoolScope& scope, std::atomic<int>& running) {
  ++running;
  while (!scope.stop_requested()) std::this_thread::yield();
  co_return;
}

Task<void> stop_running_children(WorkStealingPool& pool, bool by_parent) {
  StopSource source;
  PoolScope scope(pool, source.token());
  std::atomic<int> running{0};
  for (int i = 0; i < 2; ++i) scope.spawn(spin_until_stopped(scope, running));
  while (running != 2) std::this_thread::yield();
  if (by_parent) {
    source.request_stop();
  } else {
    scope.request_stop();
  }
  co_await scope.join();
}

TEST_CASE("PoolScope: children that run see the stop, its own or its parent's") {
  Executor executor;
  WorkStealingPool pool(2);
  sync_wait(executor, stop_running_children(pool, true));
  sync_wait(executor, stop_running_children(pool, false));
}

const test::Program destroy_unjoined("destroy a PoolScope unjoined", [] {
  Executor executor;
  WorkStealingPool pool(1);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    std::atomic<int> sum{0};
    PoolScope scope(there);
    scope.spawn(add_one(sum));
    co_return;
  };
  sync_wait(executor, body(pool));
  return 0;
});

TEST_CASE("PoolScope: destroying it before it was joined ends the process") {
  CHECK(destroy_unjoined.run().killed_by(SIGABRT));
}

struct Fault : std::runtime_error {
  Fault() : std::runtime_error("a leaf failed") {}
};

// A node of a random tree: its children, their children, and so on, each with a scope of its own.
struct Node {
  std::uint64_t seed = 0;
  bool fails = false;
  bool catches = false;
  int rounds = 1;
  std::vector<Node> children;

  [[nodiscard]] static Node random(test::Random& random, int depth) {
    Node node{.seed = random.between<std::uint64_t>(0, ~std::uint64_t{0}),
              .fails = random.one_in(10),
              .catches = random.one_in(2),
              .rounds = random.between(1, 2),
              .children = {}};
    if (depth == 0) return node;
    for (int i = random.between(0, 5); i > 0; --i) node.children.push_back(Node::random(random, depth - 1));
    return node;
  }
  // Whether an error leaves it.
  [[nodiscard]] bool fails_in_all() const {
    return fails || (!catches && a_child_fails());
  }
  [[nodiscard]] bool a_child_fails() const {
    return std::any_of(children.begin(), children.end(), [](const Node& each) { return each.fails_in_all(); });
  }
  // How often all of its tasks begin.
  [[nodiscard]] int visits() const {
    int below = 0;
    for (const Node& child : children) below += child.visits();
    return 1 + below * (a_child_fails() && !catches ? 1 : rounds);
  }
};

struct Growth {
  std::atomic<int> visits{0};
  std::atomic<int> failed_joins{0};
  std::atomic<int> wrong_joins{0};
};

Task<void> grow(WorkStealingPool& pool, const Node& node, Growth& growth) {
  test::Random random(node.seed);
  growth.visits.fetch_add(1, std::memory_order_relaxed);
  PoolScope scope(pool);
  for (int round = 0; round < node.rounds; ++round) {
    for (const Node& child : node.children) {
      scope.spawn(grow(pool, child, growth));
      test::jitter(random);
    }
    bool failed = false;
    try {
      co_await scope.join();
    } catch (const Fault&) {
      failed = true;
    }
    growth.failed_joins += failed ? 1 : 0;
    if (failed != node.a_child_fails() || (failed && !scope.stop_requested())) ++growth.wrong_joins;
    if (failed && !node.catches) throw Fault();
  }
  if (node.fails) throw Fault();
}

TEST_CASE("PoolScope: stress, random trees of forks of which some fail") {
  int failed_joins = 0;
  for (int round = 0; round < test::rounds(60); ++round) {
    test::Random random(static_cast<std::uint64_t>(round));
    INFO("HEDDLE_SEED=" << random.seed());
    CAPTURE(round);
    const Node root = Node::random(random, 4);
    Executor executor;
    WorkStealingPool pool(random.between<std::size_t>(1, 4));
    Growth growth;
    bool thrown = false;
    try {
      sync_wait(executor, grow(pool, root, growth));
    } catch (const Fault&) {
      thrown = true;
    }
    CHECK(thrown == root.fails_in_all());
    CHECK(growth.visits == root.visits());
    CHECK(growth.wrong_joins == 0);
    failed_joins += growth.failed_joins;
  }
  CHECK(failed_joins > 0);
}

}  // namespace

}  // namespace heddle
