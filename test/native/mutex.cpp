#include "native/mutex.hpp"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "native/event.hpp"
#include "native/when_all.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::set_after;
using test::stop_after;

Task<void> hold(Mutex& mutex, Event& until) {
  const auto lock = co_await mutex.lock();
  static_cast<void>(co_await until.wait());
}

Task<bool> note_turn(Mutex& mutex, std::vector<int>& turns, int number, StopToken stop = {}) {
  const auto lock = co_await mutex.lock(stop);
  if (lock) {
    turns.push_back(number);
    co_await Executor::yield();
  }
  co_return static_cast<bool>(lock);
}

TEST_CASE("Mutex: a lock holds it until it goes, and can be moved and released early") {
  Mutex mutex;
  CHECK(!mutex.locked());
  {
    Mutex::Lock first = mutex.try_lock();
    CHECK(first);
    CHECK(mutex.locked());
    CHECK(!mutex.try_lock());
    Mutex::Lock second = std::move(first);
    CHECK(second);
    CHECK(!first);
    first.unlock();
    CHECK(mutex.locked());
    second.unlock();
    CHECK(!mutex.locked());
    second.unlock();
    second = mutex.try_lock();
    CHECK(second);
    second = Mutex::Lock();
    CHECK(!mutex.locked());
    second = mutex.try_lock();
  }
  CHECK(!mutex.locked());
}

Task<void> lock_free_one(Mutex& mutex) {
  const auto lock = co_await mutex.lock();
  CHECK(lock);
  CHECK(mutex.locked());
}

TEST_CASE("Mutex: a free one is taken without waiting") {
  test::Simulation simulation;
  Mutex mutex;
  simulation.run(lock_free_one(mutex));
  CHECK(!mutex.locked());
}

Task<void> queue_up(Mutex& mutex, std::vector<int>& turns) {
  Event release;
  co_await when_all(hold(mutex, release), note_turn(mutex, turns, 1), note_turn(mutex, turns, 2),
                    note_turn(mutex, turns, 3), set_after(2, release));
}

TEST_CASE("Mutex: first come, first served") {
  test::Simulation simulation;
  Mutex mutex;
  std::vector<int> turns;
  simulation.run(queue_up(mutex, turns));
  CHECK(turns == std::vector{1, 2, 3});
  CHECK(!mutex.locked());
}

Task<void> try_to_overtake(Mutex& mutex, std::vector<int>& turns) {
  auto lock = co_await mutex.lock();
  Scope scope;
  scope.spawn(note_turn(mutex, turns, 1));
  co_await Executor::yield();
  lock.unlock();
  // Handed over, although the other has not run yet.
  CHECK(mutex.locked());
  CHECK(!mutex.try_lock());
  const auto again = co_await mutex.lock();
  CHECK(again);
  turns.push_back(2);
  co_await scope.join();
}

TEST_CASE("Mutex: nobody overtakes who waits") {
  test::Simulation simulation;
  Mutex mutex;
  std::vector<int> turns;
  simulation.run(try_to_overtake(mutex, turns));
  CHECK(turns == std::vector{1, 2});
}

Task<void> lock_stopped(Mutex& mutex) {
  StopSource source;
  source.request_stop();
  const auto lock = co_await mutex.lock(source.token());
  CHECK(!lock);
  CHECK(!mutex.locked());
}

TEST_CASE("Mutex: a stop that came before gives no lock, also when it is free") {
  test::Simulation simulation;
  Mutex mutex;
  simulation.run(lock_stopped(mutex));
}

Task<void> stop_one_of_three(Mutex& mutex, std::vector<int>& turns, int which) {
  std::array<StopSource, 3> sources;
  Event release;
  auto [holder, first, second, third, stopper, releaser] =
      co_await when_all(hold(mutex, release), note_turn(mutex, turns, 0, sources[0].token()),
                        note_turn(mutex, turns, 1, sources[1].token()), note_turn(mutex, turns, 2, sources[2].token()),
                        stop_after(1, sources[static_cast<std::size_t>(which)]), set_after(2, release));
  CHECK(first == (which != 0));
  CHECK(second == (which != 1));
  CHECK(third == (which != 2));
}

TEST_CASE("Mutex: a waiter that is stopped leaves, the others keep their places") {
  test::Simulation simulation;
  for (int which = 0; which < 3; ++which) {
    Mutex mutex;
    std::vector<int> turns;
    simulation.run(stop_one_of_three(mutex, turns, which));
    std::vector<int> expected{0, 1, 2};
    expected.erase(expected.begin() + which);
    CHECK(turns == expected);
    CHECK(!mutex.locked());
  }
}

Task<void> unlock_and_stop(Mutex& mutex, bool unlock_first) {
  StopSource source;
  std::vector<int> turns;
  auto lock = co_await mutex.lock();
  Scope scope;
  scope.spawn(note_turn(mutex, turns, 1, source.token()));
  co_await Executor::yield();
  if (unlock_first) lock.unlock();
  source.request_stop();
  lock.unlock();
  co_await scope.join();
  CHECK(turns == (unlock_first ? std::vector{1} : std::vector<int>{}));
  CHECK(!mutex.locked());
}

TEST_CASE("Mutex: of an unlock and a stop, the first decides") {
  test::Simulation simulation;
  Mutex mutex;
  simulation.run(unlock_and_stop(mutex, true));
  simulation.run(unlock_and_stop(mutex, false));
}

Task<void> fail_inside(Mutex& mutex) {
  const auto lock = co_await mutex.lock();
  co_await Executor::yield();
  throw std::runtime_error("inside");
}

Task<void> fail_beside(Mutex& mutex, std::vector<int>& turns) {
  co_await when_all(fail_inside(mutex), note_turn(mutex, turns, 1));
}

TEST_CASE("Mutex: an exception in the holder unlocks it") {
  test::Simulation simulation;
  Mutex mutex;
  std::vector<int> turns;
  CHECK_THROWS_WITH(simulation.run(fail_beside(mutex, turns)), "inside");
  CHECK(turns == std::vector{1});
  CHECK(!mutex.locked());
}

// One of many that take the mutex again and again, and are told to stop now and then.
struct Contest {
  Mutex mutex;
  int inside = 0;
  int entered = 0;
  int stopped = 0;
};

Task<void> compete(Contest& contest, test::Random& random, int turns) {
  for (int i = 0; i < turns; ++i) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(stop_after(random.between(0, 20), source));
    {
      const auto lock = co_await contest.mutex.lock(source.token());
      if (lock) {
        CHECK(++contest.inside == 1);
        for (int k = random.between(0, 2); k > 0; --k) co_await Executor::yield();
        --contest.inside;
        ++contest.entered;
      } else {
        CHECK(source.stop_requested());
        ++contest.stopped;
      }
    }
    co_await scope.join();
  }
}

TEST_CASE("Mutex: stress") {
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 10; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    Contest contest;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 20; ++i) tasks.push_back(compete(contest, random, 50));
    simulation.run(test::all_of(std::move(tasks)));
    CHECK(contest.entered + contest.stopped == 1000);
    CHECK(contest.entered > 0);
    CHECK(contest.stopped > 0);
    CHECK(!contest.mutex.locked());
  }
}

}  // namespace

}  // namespace heddle
