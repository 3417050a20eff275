#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "native/event.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::pass_turns;

Task<bool> wait_for(SharedEvent& event, StopToken stop = {}) { co_return co_await event.wait(stop); }

Task<void> on_one_executor(SharedEvent& event) {
  StopSource source;
  auto [happened, stopped, stopper, setter] = co_await when_all(wait_for(event), wait_for(event, source.token()),
                                                                test::stop_after(1, source), test::set_after(2, event));
  CHECK(happened);
  CHECK(!stopped);
  const bool late = co_await event.wait(source.token());
  CHECK(late);
  event.reset();
  const bool never = co_await event.wait(source.token());
  CHECK(!never);
}

TEST_CASE("SharedEvent: on one executor it is an Event") {
  test::Simulation simulation;
  SharedEvent event;
  CHECK(!event.is_set());
  simulation.run(on_one_executor(event));
  CHECK(!event.is_set());
}

TEST_CASE("SharedEvent: a plain thread sets it; each waiter resumes on its own executor") {
  constexpr int kThreads = 3;
  SharedEvent event;
  std::atomic<int> waiting{0};
  std::atomic<int> resumed{0};
  const auto wait_here = [](SharedEvent& on, std::atomic<int>& before, std::atomic<int>& after) -> Task<void> {
    Executor* const mine = Executor::current();
    ++before;
    const bool happened = co_await on.wait();
    if (happened && Executor::current() == mine) ++after;
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        Executor executor;
        sync_wait(executor, wait_here(event, waiting, resumed));
      });
    }
    while (waiting.load() != kThreads) std::this_thread::yield();
    event.set();
  }
  CHECK(resumed == kThreads);
}

TEST_CASE("SharedEvent: stress, the waiter destroys it and its executor as soon as it has happened") {
  for (int round = 0; round < test::rounds(1000); ++round) {
    auto executor = std::make_unique<Executor>();
    auto event = std::make_unique<SharedEvent>();
    int written = 0;
    std::jthread setter([&event = *event, &written] {
      written = 1;
      event.set();
    });
    CHECK(sync_wait(*executor, wait_for(*event)));
    CHECK(written == 1);
    event.reset();
    executor.reset();
  }
}

// Waits that other threads end while this thread stops them.
Task<void> wait_and_stop(SharedEvent& event, test::Random& random, int& happened, int& stopped) {
  StopSource source;
  Scope scope;
  scope.spawn(test::stop_after(random.between(0, 30), source));
  const bool set = co_await event.wait(source.token());
  if (set) {
    ++happened;
    if (random.one_in(3)) event.reset();
  } else {
    CHECK(source.stop_requested());
    ++stopped;
  }
  co_await scope.join();
}

Task<void> wait_often(SharedEvent& event, test::Random& random, int times, int& happened, int& stopped) {
  for (int i = 0; i < times; ++i) co_await wait_and_stop(event, random, happened, stopped);
}

TEST_CASE("SharedEvent: stress, stops race with sets of other threads") {
  for (std::uint64_t salt = 0; salt < 4; ++salt) {
    CAPTURE(test::Random(salt).seed());
    SharedEvent event;
    std::atomic<bool> finished{false};
    std::atomic<int> ended{0};
    {
      std::jthread setter([&] {
        while (!finished.load()) {
          event.set();
          std::this_thread::yield();
          event.reset();
        }
      });
      std::vector<std::jthread> threads;
      for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&, i] {
          test::Random random(salt * 2 + static_cast<std::uint64_t>(i));
          Executor executor;
          int happened = 0;
          int stopped = 0;
          std::vector<Task<void>> tasks;
          for (int k = 0; k < 10; ++k) {
            tasks.push_back(wait_often(event, random, test::rounds(500), happened, stopped));
          }
          sync_wait(executor, test::all_of(std::move(tasks)));
          ended += happened + stopped;
        });
      }
      threads.clear();
      finished = true;
    }
    CHECK(ended == 2 * 10 * test::rounds(500));
  }
}

}  // namespace

}  // namespace heddle
