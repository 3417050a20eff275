#include "native/latch.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::pass_turns;

template <class Any>
Task<bool> wait_for(Any& latch, StopToken stop = {}) {
  co_return co_await latch.wait(stop);
}

template <class Any>
Task<void> count_after(int turns, Any& latch, std::size_t by = 1) {
  co_await pass_turns(turns);
  CHECK(!latch.opened());
  latch.count_down(by);
}

TEST_CASE_TEMPLATE("Latch: of none it is open", Any, Latch, SharedLatch) {
  test::Simulation simulation;
  Any latch(0);
  CHECK(latch.opened());
  CHECK(simulation.run(wait_for(latch)));
}

template <class Any>
Task<void> open_by_three(Any& latch) {
  auto [first, second, a, b] =
      co_await when_all(wait_for(latch), wait_for(latch), count_after(1, latch), count_after(2, latch, 2));
  CHECK(first);
  CHECK(second);
  CHECK(latch.opened());
  const bool late = co_await latch.wait();
  CHECK(late);
}

TEST_CASE_TEMPLATE("Latch: opens at zero for all who wait, and stays open", Any, Latch, SharedLatch) {
  test::Simulation simulation;
  Any latch(3);
  latch.count_down(0);
  simulation.run(open_by_three(latch));
}

template <class Any>
Task<void> arrive(Any& latch, int& arrived, int of) {
  ++arrived;
  const bool opened = co_await latch.arrive_and_wait();
  CHECK(opened);
  CHECK(arrived == of);
}

TEST_CASE_TEMPLATE("Latch: a meeting of five", Any, Latch, SharedLatch) {
  test::Simulation simulation;
  Any latch(5);
  int arrived = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(arrive(latch, arrived, 5));
  simulation.run(test::all_of(std::move(tasks)));
}

template <class Any>
Task<void> stop_waiting(Any& latch) {
  StopSource source;
  auto [stopped, patient, stopper, counter] = co_await when_all(wait_for(latch, source.token()), wait_for(latch),
                                                                test::stop_after(1, source), count_after(2, latch));
  CHECK(!stopped);
  CHECK(patient);
  // It is open: there is nothing to wait for, stopped or not.
  const bool opened = co_await latch.wait(source.token());
  CHECK(opened);
}

TEST_CASE_TEMPLATE("Latch: a stop ends one wait", Any, Latch, SharedLatch) {
  test::Simulation simulation;
  Any latch(1);
  simulation.run(stop_waiting(latch));
}

TEST_CASE("SharedLatch: stress, the waiter destroys it and its executor as soon as it is open") {
  for (int round = 0; round < test::rounds(500); ++round) {
    std::vector<std::jthread> threads;
    int done[3] = {};
    {
      Executor executor;
      SharedLatch latch(3);
      for (int& mine : done) {
        threads.emplace_back([&latch, &mine] {
          mine = 1;
          latch.count_down();
        });
      }
      CHECK(sync_wait(executor, wait_for(latch)));
      CHECK(done[0] + done[1] + done[2] == 3);
    }
  }
}

}  // namespace

}  // namespace heddle
