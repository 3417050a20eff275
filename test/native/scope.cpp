#include "native/scope.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>

#include "native/event.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/child.hpp"
#include "test/native/support/manual_clock.hpp"

namespace heddle {

namespace {

using namespace std::chrono_literals;

Task<void> count(int& counter) {
  co_await Executor::yield();
  ++counter;
}

Task<int> count_and_return(int& counter) {
  co_await Executor::yield();
  co_return ++counter;
}

Task<void> spawn_and_join(int children, int& counter) {
  Scope scope;
  for (int i = 0; i < children; ++i) scope.spawn(count(counter));
  CHECK(scope.live() == static_cast<std::size_t>(children));
  co_await scope.join();
  CHECK(scope.live() == 0);
}

TEST_CASE("Scope: join waits for every child") {
  Executor executor;
  for (const int children : {0, 1, 2, 1000}) {
    int counter = 0;
    sync_wait(executor, spawn_and_join(children, counter));
    CHECK(counter == children);
  }
}

Task<void> join_twice(int& counter) {
  Scope scope;
  co_await scope.join();
  scope.spawn(count(counter));
  scope.spawn(count_and_return(counter));  // a value that nobody takes
  co_await scope.join();
  scope.spawn(count(counter));
  co_await scope.join();
  co_await scope.join();
}

TEST_CASE("Scope: it can be joined and filled again") {
  Executor executor;
  int counter = 0;
  sync_wait(executor, join_twice(counter));
  CHECK(counter == 3);
}

Task<void> wait_for_stop(StopToken stop, int& stopped) {
  const bool slept = co_await sleep_for(24h, stop);
  if (!slept) ++stopped;
}

Task<void> fail_after(int yields, std::string why) {
  for (int i = 0; i < yields; ++i) co_await Executor::yield();
  throw std::runtime_error(why);
}

Task<void> one_fails(int& stopped) {
  Scope scope;
  for (int i = 0; i < 3; ++i) scope.spawn(wait_for_stop(scope.stop_token(), stopped));
  scope.spawn(fail_after(3, "first"));
  scope.spawn(fail_after(5, "second"));
  co_await scope.join();
}

TEST_CASE("Scope: the first error stops the siblings and is the one that join throws") {
  Executor executor;
  int stopped = 0;
  CHECK_THROWS_WITH_AS(sync_wait(executor, one_fails(stopped)), "first", std::runtime_error);
  CHECK(stopped == 3);
}

Task<void> join_after_an_error(int& counter, std::string& caught) {
  Scope scope;
  scope.spawn(fail_after(0, "once"));
  try {
    co_await scope.join();
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  scope.spawn(count(counter));
  co_await scope.join();  // the error was told
  CHECK(scope.stop_token().stop_requested());
}

TEST_CASE("Scope: an error is thrown once") {
  Executor executor;
  int counter = 0;
  std::string caught;
  sync_wait(executor, join_after_an_error(counter, caught));
  CHECK(caught == "once");
  CHECK(counter == 1);
}

Task<void> nest(int depth, StopToken parent, int& stopped) {
  Scope scope(parent);
  scope.spawn(wait_for_stop(scope.stop_token(), stopped));
  if (depth > 0) scope.spawn(nest(depth - 1, scope.stop_token(), stopped));
  co_await scope.join();
}

Task<void> stop_the_nest(int& stopped) {
  Scope scope;
  scope.spawn(nest(10, scope.stop_token(), stopped));
  for (int i = 0; i < 20; ++i) co_await Executor::yield();
  CHECK(stopped == 0);
  scope.request_stop();
  co_await scope.join();
}

TEST_CASE("Scope: a stop reaches nested scopes") {
  Executor executor;
  int stopped = 0;
  sync_wait(executor, stop_the_nest(stopped));
  CHECK(stopped == 11);
}

Task<void> fail_inside(StopToken parent) {
  Scope scope(parent);
  scope.spawn(fail_after(2, "inside"));
  co_await scope.join();
}

Task<void> fail_in_nested(int& stopped) {
  Scope scope;
  scope.spawn(wait_for_stop(scope.stop_token(), stopped));
  scope.spawn(fail_inside(scope.stop_token()));
  co_await scope.join();
}

TEST_CASE("Scope: an error of a nested scope climbs and stops the outer siblings") {
  Executor executor;
  int stopped = 0;
  CHECK_THROWS_WITH(sync_wait(executor, fail_in_nested(stopped)), "inside");
  CHECK(stopped == 1);
}

Task<void> spawn_more(Scope& scope, int depth, int& counter) {
  ++counter;
  if (depth == 0) co_return;
  scope.spawn(spawn_more(scope, depth - 1, counter));
  scope.spawn(spawn_more(scope, depth - 1, counter));
}

Task<void> grow(int& counter) {
  Scope scope;
  scope.spawn(spawn_more(scope, 10, counter));
  co_await scope.join();
}

TEST_CASE("Scope: children may spawn siblings while join waits") {
  Executor executor;
  int counter = 0;
  sync_wait(executor, grow(counter));
  CHECK(counter == 2047);
}

Task<void> late_child(int& stopped) {
  Scope scope;
  scope.request_stop();
  scope.spawn(wait_for_stop(scope.stop_token(), stopped));
  co_await scope.join();
}

TEST_CASE("Scope: a child spawned after the stop sees it") {
  Executor executor;
  int stopped = 0;
  sync_wait(executor, late_child(stopped));
  CHECK(stopped == 1);
}

Task<void> join(Scope& scope) { co_await scope.join(); }

// The embedding loop's own code is no coroutine and runs between polls.
TEST_CASE("Scope: it can be stopped from outside of poll") {
  test::ManualClock clock;
  Executor executor({.clock = &clock});
  Scope scope;
  int stopped = 0;
  scope.spawn_on(executor, wait_for_stop(scope.stop_token(), stopped));
  executor.poll();
  scope.request_stop();
  sync_wait(executor, join(scope));
  CHECK(stopped == 1);
}

int destroy_with_live_child(std::string&) {
  std::signal(SIGABRT, SIG_DFL);
  close(STDERR_FILENO);  // the library says why it aborts; here that is no news
  Executor executor;
  Event never;
  {
    Scope scope;
    scope.spawn_on(executor, [](Event& event) -> Task<void> {
      const bool happened = co_await event.wait();
      CHECK(happened);
    }(never));
    executor.poll();
  }
  return 0;
}

TEST_CASE("Scope: destroying it with a live child ends the process") {
  CHECK(test::run_in_child(destroy_with_live_child).killed_by(SIGABRT));
}

}  // namespace

}  // namespace heddle
