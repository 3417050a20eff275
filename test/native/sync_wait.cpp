#include "native/sync_wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "native/event.hpp"
#include "native/scope.hpp"
#include "native/sleep.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/jitter.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::Counted;
using test::pass_turns;

Task<std::string> say(std::string what, int turns) {
  co_await pass_turns(turns);
  co_return what;
}

TEST_CASE("sync_wait: gives the task's value, whether it ends at once or later") {
  Executor executor;
  CHECK(sync_wait(executor, say("at once", 0)) == "at once");
  CHECK(sync_wait(executor, say("later", 3)) == "later");
}

Task<void> set_to(int& target, int value) {
  co_await Executor::yield();
  target = value;
}

TEST_CASE("sync_wait: of a task without a value returns when it has ended") {
  Executor executor;
  int number = 0;
  sync_wait(executor, set_to(number, 3));
  CHECK(number == 3);
}

Task<const int&> pick(const int& first, const int& second, bool take_first) {
  co_await pass_turns(1);
  if (take_first) co_return first;
  co_return second;
}

TEST_CASE("sync_wait: of a reference gives the object itself") {
  Executor executor;
  const int first = 1;
  const int second = 1;
  CHECK(&sync_wait(executor, pick(first, second, true)) == &first);
  CHECK(&sync_wait(executor, pick(first, second, false)) == &second);
}

Task<Counted> make(int number) {
  co_await pass_turns(1);
  co_return Counted(number);
}

TEST_CASE("sync_wait: moves a value out, and nothing of it stays") {
  Executor executor;
  {
    const Counted value = sync_wait(executor, make(9));
    CHECK(value.number() == 9);
    CHECK(Counted::live() == 1);
  }
  static_cast<void>(sync_wait(executor, make(8)));
  CHECK(Counted::live() == 0);
}

template <class T>
Task<T> fail(int turns, Counted parameter) {
  co_await pass_turns(turns);
  throw std::runtime_error(std::to_string(parameter.number()));
}

TEST_CASE_TEMPLATE("sync_wait: throws the task's exception, and the executor goes on", Value, void, int, int&,
                   std::unique_ptr<int>) {
  Executor executor;
  for (int turns = 0; turns < 3; ++turns) {
    CHECK_THROWS_WITH_AS(static_cast<void>(sync_wait(executor, fail<Value>(turns, Counted(turns)))),
                         std::to_string(turns).c_str(), std::runtime_error);
    CHECK(Counted::live() == 0);
    CHECK(executor.metrics().tasks == 0);
  }
  CHECK(sync_wait(executor, say("next", 1)) == "next");
}

TEST_CASE("sync_wait: the executor is current in the task, and no longer when it has returned") {
  Executor executor;
  const auto current = []() -> Task<Executor*> { co_return Executor::current(); };
  CHECK(sync_wait(executor, current()) == &executor);
  CHECK(Executor::current() == nullptr);
}

Task<void> count_turns(int turns, int& counted) {
  for (; turns > 0; --turns) {
    co_await Executor::yield();
    ++counted;
  }
}

Task<void> join(Scope& scope) { co_await scope.join(); }

TEST_CASE("sync_wait: returns when its own task has ended; what else runs goes on with the next") {
  Executor executor;
  Scope scope;
  int counted = 0;
  scope.spawn_on(executor, count_turns(1'000'000, counted));
  CHECK(sync_wait(executor, say("first", 2)) == "first");
  CHECK(counted < 1'000'000);
  CHECK(scope.live() == 1);
  const int before = counted;
  CHECK(sync_wait(executor, say("second", 2)) == "second");
  CHECK(counted > before);
  sync_wait(executor, join(scope));
  CHECK(counted == 1'000'000);
}

TEST_CASE("sync_wait: sleeps until a timer or another thread ends the wait") {
  Executor executor;
  const auto sleep = []() -> Task<bool> { co_return co_await sleep_for(std::chrono::milliseconds(1)); };
  CHECK(sync_wait(executor, sleep()));
  SharedEvent event;
  std::atomic<bool> waits{false};
  std::jthread setter([&] {
    waits.wait(false);
    event.set();
  });
  const auto tell_and_wait = [](SharedEvent& on, std::atomic<bool>& told) -> Task<bool> {
    told = true;
    told.notify_one();
    co_return co_await on.wait();
  };
  CHECK(sync_wait(executor, tell_and_wait(event, waits)));
}

TEST_CASE("sync_wait: on one executor while another's loop is between two polls") {
  Executor outer;
  Executor inner;
  Scope scope;
  int counted = 0;
  scope.spawn_on(outer, count_turns(3, counted));
  outer.poll();
  CHECK(sync_wait(inner, say("inner", 5)) == "inner");
  CHECK(counted == 0);
  sync_wait(outer, join(scope));
  CHECK(counted == 3);
}

struct Expected {
  int value;
  bool fails;
};

// Ends by itself, or when the other thread has set the event.
Task<Counted> random_task(Expected expected, int turns, SharedEvent* event) {
  co_await pass_turns(turns);
  if (event != nullptr) {
    const bool happened = co_await event->wait();
    CHECK(happened);
  }
  if (expected.fails) throw std::runtime_error(std::to_string(expected.value));
  co_return Counted(expected.value);
}

void wait_often(test::Random& random, test::Random& others, int times) {
  Executor executor;
  Scope beside;
  int counted = 0;
  int spawned = 0;
  for (int i = 0; i < times; ++i) {
    if (random.one_in(5)) {
      const int turns = random.between(1, 100);
      spawned += turns;
      beside.spawn_on(executor, count_turns(turns, counted));
    }
    const Expected expected{.value = i, .fails = random.one_in(4)};
    SharedEvent event;
    std::jthread setter;
    const bool waits = random.one_in(10);
    if (waits) {
      setter = std::jthread([&] {
        test::jitter(others);
        event.set();
      });
    }
    std::string error;
    try {
      const Counted value = sync_wait(executor, random_task(expected, random.between(0, 5), waits ? &event : nullptr));
      CHECK(value.number() == i);
    } catch (const std::runtime_error& thrown) {
      error = thrown.what();
    }
    CHECK(error == (expected.fails ? std::to_string(i) : ""));
    CHECK(Counted::live() == 0);
    CHECK(executor.metrics().tasks == beside.live());
  }
  sync_wait(executor, join(beside));
  CHECK(counted == spawned);
}

TEST_CASE("sync_wait: stress, several threads with an executor each, whose tasks others end") {
  for (std::uint64_t salt = 0; salt < 4; ++salt) {
    INFO("HEDDLE_SEED=" << test::Random().seed());
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 2; ++i) {
      threads.emplace_back([salt, i] {
        test::Random random(salt * 4 + 2 * i);
        test::Random others(salt * 4 + 2 * i + 1);
        wait_often(random, others, test::rounds(300));
      });
    }
  }
}

}  // namespace

}  // namespace heddle
