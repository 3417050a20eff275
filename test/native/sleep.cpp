#include "native/sleep.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <vector>

#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/manual_clock.hpp"

namespace heddle {

namespace {

using namespace std::chrono_literals;

enum class Outcome { pending, slept, stopped };

Task<void> sleeper(std::chrono::nanoseconds duration, StopToken stop, Outcome& outcome) {
  const bool slept = co_await sleep_for(duration, stop);
  outcome = slept ? Outcome::slept : Outcome::stopped;
}

Task<void> join(Scope& scope) { co_await scope.join(); }

void settle(Executor& executor) {
  while (executor.poll()) {
  }
}

struct Fixture {
  test::ManualClock clock;
  Executor executor{{.clock = &clock}};
  Scope scope;
  ~Fixture() { sync_wait(executor, join(scope)); }
};

TEST_CASE_FIXTURE(Fixture, "sleep: it ends when its time has come, not before") {
  Outcome outcome = Outcome::pending;
  scope.spawn_on(executor, sleeper(50ms, {}, outcome));
  settle(executor);
  clock.advance(49'999us);
  settle(executor);
  CHECK(outcome == Outcome::pending);
  clock.advance(1ms);
  settle(executor);
  CHECK(outcome == Outcome::slept);
}

TEST_CASE_FIXTURE(Fixture, "sleep: no time and negative time end at the next poll") {
  Outcome none = Outcome::pending;
  Outcome negative = Outcome::pending;
  scope.spawn_on(executor, sleeper(0ns, {}, none));
  scope.spawn_on(executor, sleeper(-1h, {}, negative));
  executor.poll();
  CHECK(none == Outcome::pending);
  clock.advance(1ms);
  settle(executor);
  CHECK(none == Outcome::slept);
  CHECK(negative == Outcome::slept);
}

TEST_CASE_FIXTURE(Fixture, "sleep: a stop ends it early") {
  Outcome outcome = Outcome::pending;
  scope.spawn_on(executor, sleeper(50ms, scope.stop_token(), outcome));
  settle(executor);
  scope.request_stop();
  settle(executor);
  CHECK(outcome == Outcome::stopped);
  CHECK(executor.timers().size() == 0);
}

TEST_CASE_FIXTURE(Fixture, "sleep: a stop that came before leaves no timer") {
  Outcome outcome = Outcome::pending;
  scope.request_stop();
  scope.spawn_on(executor, sleeper(50ms, scope.stop_token(), outcome));
  executor.poll();
  CHECK(outcome == Outcome::stopped);
  CHECK(executor.timers().size() == 0);
}

TEST_CASE_FIXTURE(Fixture, "sleep: a stop after the time has come changes nothing") {
  Outcome outcome = Outcome::pending;
  scope.spawn_on(executor, sleeper(50ms, scope.stop_token(), outcome));
  settle(executor);
  clock.advance(1s);
  executor.timers().advance(executor.now());  // expired, but not yet resumed
  scope.request_stop();
  settle(executor);
  CHECK(outcome == Outcome::slept);
}

TEST_CASE_FIXTURE(Fixture, "sleep: longer than any clock runs is for ever, not for no time") {
  Outcome longest = Outcome::pending;
  Outcome until = Outcome::pending;
  scope.spawn_on(executor, sleeper(std::chrono::nanoseconds::max(), scope.stop_token(), longest));
  scope.spawn_on(executor, [](StopToken stop, Outcome& outcome) -> Task<void> {
    const bool slept = co_await sleep_until(std::numeric_limits<Nanoseconds>::max(), stop);
    outcome = slept ? Outcome::slept : Outcome::stopped;
  }(scope.stop_token(), until));
  settle(executor);
  clock.advance(24h * 365 * 100);
  settle(executor);
  CHECK(longest == Outcome::pending);
  CHECK(until == Outcome::pending);
  REQUIRE(executor.next_deadline());
  CHECK(*executor.next_deadline() > executor.now());
  scope.request_stop();
  settle(executor);
  CHECK(longest == Outcome::stopped);
  CHECK(until == Outcome::stopped);
}

Task<void> noted_sleep(std::chrono::nanoseconds duration, int number, std::vector<int>& order) {
  const bool slept = co_await sleep_for(duration);
  order.push_back(slept ? number : -1);
}

TEST_CASE_FIXTURE(Fixture, "sleep: sleepers wake in the order of their deadlines, in one poll") {
  std::vector<int> order;
  for (const int ms : {30, 10, 20, 5, 40}) scope.spawn_on(executor, noted_sleep(ms * 1ms, ms, order));
  settle(executor);
  clock.advance(1s);
  executor.poll();
  CHECK(order == std::vector{5, 10, 20, 30, 40});
}

Task<bool> sleep_on_real_clock(Nanoseconds& slept) {
  const Nanoseconds start = Clock::monotonic().now();
  const bool ended = co_await sleep_for(3ms);
  slept = Clock::monotonic().now() - start;
  co_return ended;
}

TEST_CASE("sleep: on the real clock it is never short") {
  Executor executor;
  for (int i = 0; i < 5; ++i) {
    Nanoseconds slept = 0;
    CHECK(sync_wait(executor, sleep_on_real_clock(slept)));
    CHECK(slept >= 3'000'000);
  }
}

TEST_CASE_FIXTURE(Fixture, "sleep: a hundred thousand at once") {
  std::vector<Outcome> outcomes(100'000, Outcome::pending);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    scope.spawn_on(executor, sleeper(50ms + i * 1us, scope.stop_token(), outcomes[i]));
  }
  settle(executor);
  clock.advance(100ms);  // half of them
  settle(executor);
  scope.request_stop();
  settle(executor);
  std::size_t slept = 0;
  for (const Outcome outcome : outcomes) {
    CHECK(outcome != Outcome::pending);
    slept += outcome == Outcome::slept ? 1 : 0;
  }
  CHECK(slept > 49'000);
  CHECK(slept <= 50'001);
}

}  // namespace

}  // namespace heddle
