#include "native/event.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "native/scope.hpp"
#include "native/sync_wait.hpp"

namespace heddle {

namespace {

enum class Outcome { pending, happened, stopped };

Task<void> wait_for(Event& event, StopToken stop, Outcome& outcome) {
  const bool happened = co_await event.wait(stop);
  outcome = happened ? Outcome::happened : Outcome::stopped;
}

Task<void> join(Scope& scope) { co_await scope.join(); }

void settle(Executor& executor) {
  while (executor.poll()) {
  }
}

struct Fixture {
  Executor executor;
  Event event;
  Scope scope;
  ~Fixture() { sync_wait(executor, join(scope)); }

  void wait(Outcome& outcome) { scope.spawn_on(executor, wait_for(event, scope.stop_token(), outcome)); }
};

TEST_CASE_FIXTURE(Fixture, "Event: set wakes every waiter, and none inline") {
  std::vector<Outcome> outcomes(5, Outcome::pending);
  for (Outcome& outcome : outcomes) wait(outcome);
  settle(executor);
  event.set();
  for (const Outcome outcome : outcomes) CHECK(outcome == Outcome::pending);
  settle(executor);
  for (const Outcome outcome : outcomes) CHECK(outcome == Outcome::happened);
}

TEST_CASE_FIXTURE(Fixture, "Event: once set, waiting ends at once; after reset it waits again") {
  event.set();
  event.set();
  CHECK(event.is_set());
  Outcome first = Outcome::pending;
  wait(first);
  executor.poll();
  CHECK(first == Outcome::happened);

  event.reset();
  CHECK(!event.is_set());
  Outcome second = Outcome::pending;
  wait(second);
  settle(executor);
  CHECK(second == Outcome::pending);
  event.set();
  settle(executor);
  CHECK(second == Outcome::happened);
}

TEST_CASE_FIXTURE(Fixture, "Event: who was woken knows it, although the event was reset before it ran") {
  Outcome outcome = Outcome::pending;
  wait(outcome);
  settle(executor);
  event.set();
  event.reset();
  settle(executor);
  CHECK(outcome == Outcome::happened);
}

TEST_CASE_FIXTURE(Fixture, "Event: a stop ends the wait, and the others wait on") {
  StopSource source;
  Outcome before = Outcome::pending;
  Outcome stopped = Outcome::pending;
  Outcome after = Outcome::pending;
  wait(before);
  scope.spawn_on(executor, wait_for(event, source.token(), stopped));
  wait(after);
  settle(executor);
  source.request_stop();
  settle(executor);
  CHECK(stopped == Outcome::stopped);
  CHECK(before == Outcome::pending);
  event.set();
  settle(executor);
  CHECK(before == Outcome::happened);
  CHECK(after == Outcome::happened);
}

TEST_CASE_FIXTURE(Fixture, "Event: stopped before the wait") {
  scope.request_stop();
  Outcome outcome = Outcome::pending;
  wait(outcome);
  executor.poll();
  CHECK(outcome == Outcome::stopped);
  event.set();
  Outcome happened = Outcome::pending;
  wait(happened);
  executor.poll();
  CHECK(happened == Outcome::happened);  // what has happened counts more than a stop
}

TEST_CASE_FIXTURE(Fixture, "Event: a stop after the set changes nothing") {
  Outcome outcome = Outcome::pending;
  wait(outcome);
  settle(executor);
  event.set();
  event.reset();
  scope.request_stop();
  settle(executor);
  CHECK(outcome == Outcome::happened);
}

Task<void> ping(Event& mine, Event& other, int rounds, int& played) {
  for (int i = 0; i < rounds; ++i) {
    const bool happened = co_await mine.wait();
    mine.reset();
    played += happened ? 1 : 0;
    other.set();
  }
}

TEST_CASE_FIXTURE(Fixture, "Event: ping-pong") {
  Event other;
  int played = 0;
  scope.spawn_on(executor, ping(event, other, 1000, played));
  scope.spawn_on(executor, ping(other, event, 1000, played));
  event.set();
  settle(executor);
  CHECK(played == 2000);
}

}  // namespace

}  // namespace heddle
