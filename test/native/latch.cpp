#include "native/latch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "test/native/support/jitter.hpp"
#include "test/native/support/random.hpp"
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

// A thread counts its share down in random steps, and writes it down before.
struct Counter {
  std::size_t share = 0;
  std::size_t written = 0;

  void count(SharedLatch& latch, test::Random random) {
    while (written < share) {
      const std::size_t by = std::min(random.between<std::size_t>(0, 4), share - written);
      written += by;
      test::jitter(random);
      latch.count_down(by);
    }
  }
};

struct Waits {
  int opened = 0;
  int stopped = 0;
};

Task<void> wait_or_stop(SharedLatch& latch, const std::vector<Counter>& counters, test::Random& random, Waits& waits) {
  StopSource source;
  Scope scope;
  if (random.one_in(2)) scope.spawn(test::stop_after(random.between(0, 20), source));
  co_await pass_turns(random.between(0, 5));
  const bool opened = co_await latch.wait(source.token());
  if (opened) {
    CHECK(latch.opened());
    for (const Counter& counter : counters) CHECK(counter.written == counter.share);
    ++waits.opened;
  } else {
    CHECK(source.stop_requested());
    ++waits.stopped;
  }
  co_await scope.join();
}

TEST_CASE("SharedLatch: stress, threads count random shares down while others wait and are stopped") {
  std::atomic<int> opened{0};
  std::atomic<int> stopped{0};
  const int rounds = test::rounds(60);
  constexpr int kWaits = 6;
  for (int round = 0; round < rounds; ++round) {
    const auto salt = static_cast<std::uint64_t>(round) * 8;
    test::Random random(salt);
    INFO("HEDDLE_SEED=" << random.seed());
    std::vector<Counter> counters(random.between<std::size_t>(1, 3));
    std::size_t count = 0;
    for (Counter& counter : counters) count += counter.share = random.between<std::size_t>(1, 200);
    SharedLatch latch(count);
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t i = 1; i <= 2; ++i) {
        threads.emplace_back([&, i] {
          test::Random mine(salt + i);
          Executor executor;
          Waits waits;
          std::vector<Task<void>> tasks;
          for (int k = 0; k < kWaits; ++k) tasks.push_back(wait_or_stop(latch, counters, mine, waits));
          sync_wait(executor, test::all_of(std::move(tasks)));
          opened += waits.opened;
          stopped += waits.stopped;
        });
      }
      for (Counter& counter : counters) {
        const auto mine = salt + 2 + static_cast<std::uint64_t>(&counter - counters.data() + 1);
        threads.emplace_back([&counter, &latch, mine] { counter.count(latch, test::Random(mine)); });
      }
    }
    CHECK(latch.opened());
  }
  CHECK(opened + stopped == 2 * kWaits * rounds);
  CHECK(opened > 0);
  CHECK(stopped > 0);
}

}  // namespace

}  // namespace heddle
