#include "native/semaphore.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "native/event.hpp"
#include "native/scope.hpp"
#include "native/when_all.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::pass_turns;
using test::stop_after;

template <class AnySemaphore>
Task<bool> note_turn(AnySemaphore& semaphore, std::size_t count, std::vector<int>& turns, int number,
                     StopToken stop = {}) {
  const auto permits = co_await semaphore.acquire(count, stop);
  if (permits) turns.push_back(number);
  co_return static_cast<bool>(permits);
}

TEST_CASE_TEMPLATE("Semaphore: permits come back when they go", Any, Semaphore, SharedSemaphore) {
  Any semaphore(3);
  {
    auto two = semaphore.try_acquire(2);
    CHECK(two);
    CHECK(semaphore.available() == 1);
    CHECK(!semaphore.try_acquire(2));
    auto moved = std::move(two);
    CHECK(!two);
    CHECK(moved);
    two.release();
    CHECK(semaphore.available() == 1);
    moved.release();
    CHECK(semaphore.available() == 3);
    moved.release();
    CHECK(semaphore.available() == 3);
    moved = semaphore.try_acquire();
    moved = semaphore.try_acquire(2);
    CHECK(semaphore.available() == 1);
  }
  CHECK(semaphore.available() == 3);
  semaphore.try_acquire(2).forget();
  CHECK(semaphore.available() == 1);
  semaphore.release(4);
  CHECK(semaphore.available() == 5);
  CHECK(semaphore.try_acquire(0));
}

template <class Any>
Task<void> large_before_small(Any& semaphore, std::vector<int>& turns) {
  auto one = co_await semaphore.acquire();
  Scope scope;
  scope.spawn(note_turn(semaphore, 3, turns, 1));
  scope.spawn(note_turn(semaphore, 1, turns, 2));
  co_await pass_turns(2);
  // Two are free, but the first in the queue needs three.
  CHECK(semaphore.available() == 2);
  CHECK(!semaphore.try_acquire());
  CHECK(turns.empty());
  one.release();
  co_await scope.join();
}

TEST_CASE_TEMPLATE("Semaphore: a small request does not overtake a large one", Any, Semaphore, SharedSemaphore) {
  test::Simulation simulation;
  Any semaphore(3);
  std::vector<int> turns;
  simulation.run(large_before_small(semaphore, turns));
  CHECK(turns == std::vector{1, 2});
  CHECK(semaphore.available() == 3);
}

template <class Any>
Task<void> large_leaves(Any& semaphore, std::vector<int>& turns) {
  StopSource source;
  auto two = co_await semaphore.acquire(2);
  Scope scope;
  scope.spawn(note_turn(semaphore, 3, turns, 1, source.token()));
  scope.spawn(note_turn(semaphore, 1, turns, 2));
  co_await pass_turns(2);
  CHECK(turns.empty());
  source.request_stop();
  co_await pass_turns(2);
  CHECK(turns == std::vector{2});
  co_await scope.join();
}

TEST_CASE_TEMPLATE("Semaphore: when a large request is stopped, the small ones behind it go on", Any, Semaphore,
                   SharedSemaphore) {
  test::Simulation simulation;
  Any semaphore(3);
  std::vector<int> turns;
  simulation.run(large_leaves(semaphore, turns));
  CHECK(turns == std::vector{2});
  CHECK(semaphore.available() == 3);
}

template <class Any>
Task<void> acquire_stopped(Any& semaphore) {
  StopSource source;
  source.request_stop();
  const auto permits = co_await semaphore.acquire(1, source.token());
  CHECK(!permits);
  CHECK(semaphore.available() == 1);
}

TEST_CASE_TEMPLATE("Semaphore: a stop that came before gives nothing, also when permits are free", Any, Semaphore,
                   SharedSemaphore) {
  test::Simulation simulation;
  Any semaphore(1);
  simulation.run(acquire_stopped(semaphore));
}

template <class Any>
Task<void> release_and_stop(Any& semaphore, bool release_first) {
  StopSource source;
  std::vector<int> turns;
  auto permit = co_await semaphore.acquire();
  Scope scope;
  scope.spawn(note_turn(semaphore, 1, turns, 1, source.token()));
  co_await pass_turns(1);
  if (release_first) permit.release();
  source.request_stop();
  permit.release();
  co_await scope.join();
  CHECK(turns == (release_first ? std::vector{1} : std::vector<int>{}));
  CHECK(semaphore.available() == 1);
}

TEST_CASE_TEMPLATE("Semaphore: of a release and a stop, the first decides", Any, Semaphore, SharedSemaphore) {
  test::Simulation simulation;
  Any semaphore(1);
  simulation.run(release_and_stop(semaphore, true));
  simulation.run(release_and_stop(semaphore, false));
}

Task<void> fail_inside(Semaphore& semaphore) {
  const auto permits = co_await semaphore.acquire(2);
  co_await pass_turns(1);
  throw std::runtime_error("inside");
}

TEST_CASE("Semaphore: an exception in the holder gives its permits back") {
  test::Simulation simulation;
  Semaphore semaphore(2);
  CHECK_THROWS_WITH(simulation.run(fail_inside(semaphore)), "inside");
  CHECK(semaphore.available() == 2);
}

// Many that take some of five permits again and again, and are told to stop now and then.
struct Contest {
  Semaphore semaphore{5};
  std::size_t taken = 0;
  int served = 0;
  int stopped = 0;
};

Task<void> compete(Contest& contest, test::Random& random, int turns) {
  for (int i = 0; i < turns; ++i) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(stop_after(random.between(0, 20), source));
    const auto count = random.between<std::size_t>(0, 5);
    {
      const auto permits = co_await contest.semaphore.acquire(count, source.token());
      if (permits) {
        contest.taken += count;
        CHECK(contest.taken <= 5);
        co_await pass_turns(random.between(0, 2));
        contest.taken -= count;
        ++contest.served;
      } else {
        CHECK(source.stop_requested());
        ++contest.stopped;
      }
    }
    co_await scope.join();
  }
}

TEST_CASE("Semaphore: stress") {
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 10; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    Contest contest;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(compete(contest, random, 50));
    simulation.run(test::all_of(std::move(tasks)));
    CHECK(contest.served + contest.stopped == 1000);
    CHECK(contest.served > 0);
    CHECK(contest.stopped > 0);
    CHECK(contest.semaphore.available() == 5);
  }
}

}  // namespace

}  // namespace heddle
