// As suspension_points.cpp, for waits that the system or another thread ends: reads, writes, functions on the blocking pool,
// stays on the work-stealing pool. Which of them ends first is different in every run.

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include "native/blocking_pool.hpp"
#include "native/io/operations.hpp"
#include "native/pool_scope.hpp"
#include "native/resume_on.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/points.hpp"

namespace heddle {

namespace {

using namespace test;

constexpr int kParts = 3;

// The waits of the leaves, and those that a stop from outside came into.
enum class Kind { read, write, blocking, moving, forking, count };
using Waits = std::array<std::array<bool, kParts>, static_cast<std::size_t>(Kind::count)>;

struct World {
  explicit World(WorkStealingPool& threads) : pool(threads) {}

  Points points;
  Waits under_way{};
  Pipe pipe;
  WorkStealingPool& pool;
  std::atomic<int> forked{0};
};

class UnderWay {
 public:
  UnderWay(World& world, Kind kind, int part) noexcept
      : flag_(world.under_way[static_cast<std::size_t>(kind)][static_cast<std::size_t>(part)]) {
    flag_ = true;
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() { flag_ = false; }

 private:
  bool& flag_;
};

Task<void> read_leaf(World& world, StopToken stop) {
  for (int i = 0; i < kParts; ++i) {
    const UnderWay wait(world, Kind::read, i);
    std::array<std::byte, 1> byte{};
    const io::Result read = co_await io::read(world.pipe.read_end.get(), byte, io::kCurrentPosition, stop);
    if (!read.ok()) {
      CHECK(read.value() == -ECANCELED);
      co_return;
    }
    world.points.pass();
  }
}

Task<void> write_leaf(World& world, StopToken stop) {
  for (int i = 0; i < kParts; ++i) {
    const UnderWay wait(world, Kind::write, i);
    const std::array<std::byte, 1> byte{};
    const io::Result written = co_await io::write(world.pipe.write_end.get(), byte, io::kCurrentPosition, stop);
    if (!written.ok()) {
      CHECK(written.value() == -ECANCELED);
      co_return;
    }
    world.points.pass();
  }
}

Task<void> blocking_leaf(World& world, StopToken stop) {
  Executor& executor = *Executor::current();
  for (int i = 0; i < kParts; ++i) {
    const UnderWay wait(world, Kind::blocking, i);
    auto call = executor.blocking().run(executor, [i] { return i; }, stop);
    bool stopped = false;
    try {
      const int result = co_await call;
      CHECK(result == i);
    } catch (const std::system_error& error) {
      CHECK(error.code() == std::errc::operation_canceled);
      stopped = true;
    }
    if (stopped) co_return;
    world.points.pass();
  }
}

Task<void> moving_leaf(World& world, StopToken stop) {
  Executor& home = *Executor::current();
  for (int i = 0; i < kParts && !stop.stop_requested(); ++i) {
    const UnderWay wait(world, Kind::moving, i);
    co_await resume_on(world.pool);
    co_await resume_on(home);
    world.points.pass();
  }
}

Task<void> count_fork(std::atomic<int>& forked) {
  forked.fetch_add(1, std::memory_order_relaxed);
  co_return;
}

Task<void> forking_leaf(World& world, StopToken stop) {
  for (int i = 0; i < kParts && !stop.stop_requested(); ++i) {
    const UnderWay wait(world, Kind::forking, i);
    PoolScope scope(world.pool, stop);
    for (int child = 0; child < 4; ++child) scope.spawn(count_fork(world.forked));
    co_await scope.join();
    world.points.pass();
  }
}

Task<void> pipe_branch(World& world, StopToken stop) {
  StopSource siblings(stop);
  co_await when_all(siblings, read_leaf(world, siblings.token()), write_leaf(world, siblings.token()));
  world.points.pass();
}

Task<void> thread_branch(World& world, StopToken stop) {
  StopSource siblings(stop);
  co_await when_all(siblings, blocking_leaf(world, siblings.token()), moving_leaf(world, siblings.token()),
                    forking_leaf(world, siblings.token()));
  world.points.pass();
}

Task<void> tree(World& world) {
  StopSource siblings(world.points.source.token());
  co_await when_all(siblings, pipe_branch(world, siblings.token()), thread_branch(world, siblings.token()));
  world.points.pass();
}

constexpr int kWaits = 5 * kParts + 3;

template <class Choice>
void each_wait(Points::Action action) {
  Executor executor(options<Choice>());
  WorkStealingPool pool(2);
  for (int at = 0; at < kWaits; ++at) {
    CAPTURE(at);
    World world(pool);
    world.points.action = action;
    world.points.at = at;
    if (action == Points::Action::fail) {
      CHECK_THROWS_AS(sync_wait(executor, tree(world)), Injected);
    } else {
      sync_wait(executor, tree(world));
      CHECK(world.points.source.stop_requested());
    }
    CHECK(executor.io().in_flight() == 0);
    CHECK(world.forked.load() % 4 == 0);
  }
}

TEST_CASE_ON_BACKENDS("Every wait for the system or another thread: all of them end as they should") {
  SKIP_WITHOUT_BACKEND();
  Executor executor(options<Choice>());
  WorkStealingPool pool(2);
  World world(pool);
  sync_wait(executor, tree(world));
  CHECK(world.points.passed == kWaits);
}

TEST_CASE_ON_BACKENDS("Every wait for the system or another thread: a failure ends the tree with its error") {
  SKIP_WITHOUT_BACKEND();
  each_wait<Choice>(Points::Action::fail);
}

TEST_CASE_ON_BACKENDS("Every wait for the system or another thread: a stop ends the tree") {
  SKIP_WITHOUT_BACKEND();
  each_wait<Choice>(Points::Action::stop);
}

Task<void> join(Scope& scope) { co_await scope.join(); }

// Between two polls, all tasks of the tree are suspended or elsewhere. True: the tree had ended before.
bool stop_after_polls(int polls, World& world, Executor& executor, Waits& interrupted) {
  Scope scope;
  scope.spawn_on(executor, tree(world));
  for (int i = 0; i < polls && scope.live() != 0; ++i) {
    if (!executor.poll() && scope.live() != 0) executor.wait();
  }
  const bool ended = scope.live() == 0;
  for (std::size_t kind = 0; kind < interrupted.size(); ++kind) {
    for (std::size_t part = 0; part < kParts; ++part) interrupted[kind][part] |= world.under_way[kind][part];
  }
  world.points.source.request_stop();
  sync_wait(executor, join(scope));
  return ended;
}

TEST_CASE_ON_BACKENDS("Every wait for the system or another thread: a stop from outside in the middle of it") {
  SKIP_WITHOUT_BACKEND();
  Executor executor(options<Choice>());
  WorkStealingPool pool(2);
  Waits every{};
  for (auto& parts : every) parts.fill(true);
  Waits interrupted{};
  int sweeps = 0;
  for (; interrupted != every && sweeps < 100; ++sweeps) {
    bool ended = false;
    for (int polls = 0; !ended; ++polls) {
      World world(pool);
      ended = stop_after_polls(polls, world, executor, interrupted);
      CHECK(executor.io().in_flight() == 0);
      CHECK(world.forked.load() % 4 == 0);
      CHECK(world.under_way == Waits{});
    }
  }
  CHECK(interrupted == every);
}

}  // namespace

}  // namespace heddle
