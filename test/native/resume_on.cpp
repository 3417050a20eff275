#include "native/resume_on.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "native/work_stealing_pool.hpp"

namespace heddle {

namespace {

using ThreadId = std::thread::id;

Task<void> nothing() { co_return; }

Task<ThreadId> thread_there(Scheduler& there) {
  co_await resume_on(there);
  co_return std::this_thread::get_id();
}

TEST_CASE("resume_on: the rest of the task runs there, its awaiter here") {
  Executor executor;
  WorkStealingPool pool(1);
  const auto body = [](WorkStealingPool& there) -> Task<void> {
    Executor* const home = Executor::current();
    const ThreadId here = std::this_thread::get_id();
    const ThreadId other = co_await thread_there(there);
    CHECK(other != here);
    CHECK(std::this_thread::get_id() == here);
    CHECK(Executor::current() == home);
    CHECK(WorkStealingPool::current() == nullptr);
  };
  sync_wait(executor, body(pool));
}

TEST_CASE("resume_on: there and back, and again") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto body = [](Executor& home, WorkStealingPool& there) -> Task<int> {
    const ThreadId here = std::this_thread::get_id();
    int moves = 0;
    for (int i = 0; i < 100; ++i) {
      co_await resume_on(there);
      CHECK(Executor::current() == nullptr);
      CHECK(Scheduler::current() == &there);
      co_await resume_on(there);  // is there already
      ++moves;
      co_await resume_on(home);
      CHECK(Executor::current() == &home);
      CHECK(std::this_thread::get_id() == here);
      co_await Executor::yield();
    }
    co_return moves;
  };
  CHECK(sync_wait(executor, body(executor, pool)) == 100);
}

TEST_CASE("resume_on: a task that a scope spawned ends elsewhere, and its scope hears of it at home") {
  Executor executor;
  WorkStealingPool pool(2);
  struct Probe {
    Probe(ThreadId expected, int& seen) : home(expected), destroyed(seen) {}
    Probe(const Probe&) = delete;
    ~Probe() { destroyed += std::this_thread::get_id() == home ? 1 : 1000; }
    ThreadId home;
    int& destroyed;
  };
  int destroyed = 0;
  const auto child = [](WorkStealingPool& there, std::unique_ptr<Probe>) -> Task<void> { co_await resume_on(there); };
  const auto body = [](auto& spawned, WorkStealingPool& there, int& seen) -> Task<void> {
    Scope scope;
    for (int i = 0; i < 50; ++i) scope.spawn(spawned(there, std::make_unique<Probe>(std::this_thread::get_id(), seen)));
    co_await scope.join();
    CHECK(seen == 50);  // with their frames, on this thread
  };
  sync_wait(executor, body(child, pool, destroyed));
  CHECK(executor.metrics().tasks == 0);
}

TEST_CASE("resume_on: an exception there is rethrown here") {
  Executor executor;
  WorkStealingPool pool(1);
  const auto fails = [](WorkStealingPool& there) -> Task<int> {
    co_await resume_on(there);
    throw std::runtime_error("there");
  };
  const auto awaits = [](auto& child, WorkStealingPool& there) -> Task<void> {
    bool caught = false;
    try {
      (void)co_await child(there);
    } catch (const std::runtime_error&) {
      caught = Executor::current() != nullptr;
    }
    CHECK(caught);
    Scope scope;
    scope.spawn(child(there));
    CHECK_THROWS_AS(co_await scope.join(), std::runtime_error);
  };
  sync_wait(executor, awaits(fails, pool));
  CHECK_THROWS_AS((void)sync_wait(executor, fails(pool)), std::runtime_error);
}

TEST_CASE("resume_on: tasks that are awaited elsewhere begin and end there") {
  Executor executor;
  WorkStealingPool pool(2);
  const auto inner = [](Executor& other) -> Task<void> {
    CHECK(WorkStealingPool::current() != nullptr);
    co_await resume_on(other);
    CHECK(Executor::current() == &other);
  };
  const auto outer = [](auto& child, Executor& home, WorkStealingPool& there) -> Task<void> {
    co_await resume_on(there);
    for (int i = 0; i < 20; ++i) {
      co_await child(home);
      CHECK(WorkStealingPool::current() == &there);
      CHECK(Executor::current() == nullptr);
      co_await nothing();
    }
  };
  sync_wait(executor, outer(inner, executor, pool));
}

TEST_CASE("resume_on: from one executor to another") {
  Executor here;
  std::optional<Executor> there;
  std::atomic<Executor*> running{nullptr};
  std::jthread thread([&] {
    there.emplace();
    running = &*there;
    running.notify_one();
    there->run();
  });
  running.wait(nullptr);
  const auto body = [](Executor& home, Executor& other) -> Task<void> {
    co_await when_all(thread_there(other), thread_there(other), nothing());
    CHECK(Executor::current() == &home);
    co_await resume_on(other);
    CHECK(Executor::current() == &other);
    Scope scope;  // belongs to where it is used
    scope.spawn(nothing());
    co_await scope.join();
    CHECK(Executor::current() == &other);
  };
  sync_wait(here, body(here, *running));
  there->stop();
  thread.join();
}

TEST_CASE("resume_on: a closed pool refuses, and the task stays where it is") {
  Executor executor;
  WorkStealingPool pool(1);
  pool.close();
  const auto body = [](WorkStealingPool& there) -> Task<int> {
    int refused = 0;
    for (int i = 0; i < 3; ++i) {
      try {
        co_await resume_on(there);
      } catch (const PoolClosed&) {
        ++refused;
      }
      CHECK(Executor::current() != nullptr);
    }
    co_return refused;
  };
  CHECK(sync_wait(executor, body(pool)) == 3);
}

}  // namespace

}  // namespace heddle
