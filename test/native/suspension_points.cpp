// A tree of tasks, three levels deep, that waits for one of everything. It is run again and again: each time
// it is stopped, or one of its tasks fails, at another of its suspension points.

#include <doctest/doctest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "native/channel.hpp"
#include "native/event.hpp"
#include "native/generator.hpp"
#include "native/latch.hpp"
#include "native/mutex.hpp"
#include "native/scope.hpp"
#include "native/semaphore.hpp"
#include "native/sleep.hpp"
#include "native/when_all.hpp"
#include "native/when_any.hpp"
#include "native/with_timeout.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/points.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using std::chrono::milliseconds;
using test::Counted;
using test::Injected;
using test::Points;

// What the leaves share. When the tree has ended, all of it must be as it was.
struct World {
  Points points;
  Mutex mutex;
  Semaphore semaphore{2};
  SharedSemaphore shared_semaphore{1};
  Channel<Counted> channel{1};
  SharedChannel<Counted> shared_channel{0};
  Event event;
  SharedEvent shared_event;
  Event never;
};

Task<int> lock_leaf(World& world, StopToken stop) {
  for (int i = 0; i < 2; ++i) {
    const auto lock = co_await world.mutex.lock(stop);
    if (!lock) co_return 0;
    world.points.pass();
    const bool slept = co_await sleep_for(milliseconds(2), stop);
    if (!slept) co_return 0;
    world.points.pass();
  }
  co_return 1;
}

Task<int> permit_leaf(World& world, std::size_t count, StopToken stop) {
  const auto permits = co_await world.semaphore.acquire(count, stop);
  if (!permits) co_return 0;
  world.points.pass();
  const auto shared = co_await world.shared_semaphore.acquire(1, stop);
  if (!shared) co_return 0;
  world.points.pass();
  const bool slept = co_await sleep_for(milliseconds(1), stop);
  if (!slept) co_return 0;
  world.points.pass();
  co_return 1;
}

template <class AnyChannel>
Task<void> send_leaf(World& world, AnyChannel& channel, StopToken stop) {
  for (int i = 0; i < 3; ++i) {
    const ChannelStatus sent = co_await channel.send(Counted(i), stop);
    if (sent != ChannelStatus::ok) co_return;
    world.points.pass();
  }
}

template <class AnyChannel>
Generator<Counted> received(World& world, AnyChannel& channel, StopToken stop) {
  for (int i = 0; i < 3; ++i) {
    auto value = co_await channel.receive(stop);
    if (!value) co_return;
    world.points.pass();
    co_yield *std::move(value);
  }
}

template <class AnyChannel>
Task<void> receive_leaf(World& world, AnyChannel& channel, StopToken stop) {
  auto values = received(world, channel, stop);
  int expected = 0;
  while (const Counted* value = co_await values.next()) {
    CHECK(value->number() == expected++);
    world.points.pass();
    co_await Executor::yield();
  }
}

Task<void> meet_leaf(World& world, Latch& latch, StopToken stop) {
  const bool slept = co_await sleep_for(milliseconds(1), stop);
  if (!slept) co_return;
  world.points.pass();
  const bool opened = co_await latch.arrive_and_wait(stop);
  if (!opened) co_return;
  world.points.pass();
  world.event.set();
  world.shared_event.set();
}

template <class AnyEvent>
Task<int> event_leaf(World& world, AnyEvent& event, StopToken stop) {
  const bool happened = co_await event.wait(stop);
  if (!happened) co_return 0;
  world.points.pass();
  co_return 1;
}

Task<void> stream_branch(World& world, StopToken stop) {
  Scope scope(stop);
  scope.spawn(send_leaf(world, world.channel, scope.stop_token()));
  scope.spawn(receive_leaf(world, world.channel, scope.stop_token()));
  scope.spawn(send_leaf(world, world.shared_channel, scope.stop_token()));
  scope.spawn(receive_leaf(world, world.shared_channel, scope.stop_token()));
  co_await scope.join();
  world.points.pass();
}

Task<void> lock_branch(World& world, StopToken stop) {
  StopSource siblings(stop);
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(lock_leaf(world, siblings.token()));
  for (std::size_t i = 0; i < 3; ++i) tasks.push_back(permit_leaf(world, 1 + i % 2, siblings.token()));
  co_await when_all(siblings, std::move(tasks));
  world.points.pass();
}

Task<void> race_branch(World& world, StopToken stop) {
  StopSource losers(stop);
  co_await when_any(losers, event_leaf(world, world.never, losers.token()),
                    event_leaf(world, world.event, losers.token()));
  world.points.pass();
  const auto never =
      co_await with_timeout(milliseconds(3), stop, event_leaf<Event>, std::ref(world), std::ref(world.never));
  CHECK(never.value == 0);
  world.points.pass();
  const auto shared = co_await with_timeout(milliseconds(1000), stop, event_leaf<SharedEvent>, std::ref(world),
                                            std::ref(world.shared_event));
  CHECK(!shared.timed_out);
  world.points.pass();
}

Task<void> meet_branch(World& world, StopToken stop) {
  Latch latch(3);
  StopSource siblings(stop);
  co_await when_all(siblings, meet_leaf(world, latch, siblings.token()), meet_leaf(world, latch, siblings.token()),
                    meet_leaf(world, latch, siblings.token()));
  world.points.pass();
}

Task<void> grow_tree(World& world) {
  StopSource siblings(world.points.source.token());
  co_await when_all(siblings, stream_branch(world, siblings.token()), lock_branch(world, siblings.token()),
                    race_branch(world, siblings.token()), meet_branch(world, siblings.token()));
  world.points.pass();
}

void check_left(const World& world, test::Simulation& simulation) {
  CHECK(!world.mutex.locked());
  CHECK(world.semaphore.available() == 2);
  CHECK(world.shared_semaphore.available() == 1);
  CHECK(simulation.executor().timers().size() == 0);
}

int count_points(test::Simulation& simulation) {
  World world;
  simulation.run(grow_tree(world));
  check_left(world, simulation);
  CHECK(world.channel.size() == 0);
  return world.points.passed;
}

TEST_CASE("Every suspension point: a failure ends the tree with its error") {
  test::Simulation simulation;
  const int points = count_points(simulation);
  CHECK(points > 50);
  for (int at = 0; at < points; ++at) {
    CAPTURE(at);
    {
      World world;
      world.points.action = Points::Action::fail;
      world.points.at = at;
      CHECK_THROWS_AS(simulation.run(grow_tree(world)), Injected);
      check_left(world, simulation);
    }
    CHECK(Counted::live() == 0);
  }
}

TEST_CASE("Every suspension point: a stop by a task of the tree ends it at once") {
  test::Simulation simulation;
  const int points = count_points(simulation);
  for (int at = 0; at < points; ++at) {
    CAPTURE(at);
    {
      World world;
      world.points.action = Points::Action::stop;
      world.points.at = at;
      simulation.run(grow_tree(world));
      CHECK(world.points.source.stop_requested());
      check_left(world, simulation);
    }
    CHECK(Counted::live() == 0);
  }
}

struct Interruption {
  bool ended;  // the tree, before
  int passed;
};

Task<void> join(Scope& scope) { co_await scope.join(); }

// Between two polls nothing runs: all tasks of the tree are suspended, wherever they are.
Interruption stop_after_polls(int polls, World& world, test::Simulation& simulation) {
  Executor& executor = simulation.executor();
  Scope scope;
  scope.spawn_on(executor, grow_tree(world));
  for (int i = 0; i < polls && scope.live() != 0; ++i) {
    if (!executor.poll() && scope.live() != 0) simulation.pass_time();
  }
  const Interruption interruption{.ended = scope.live() == 0, .passed = world.points.passed};
  world.points.source.request_stop();
  while (scope.live() != 0) {
    const bool waits_on = !executor.poll() && scope.live() != 0;
    CHECK_FALSE(waits_on);
    if (waits_on) simulation.pass_time();
  }
  simulation.run(join(scope));
  return interruption;
}

// A wait lasts from one poll to a later one at least. So the stop after n polls interrupts all waits that would have
// ended in the next: if no number of polls is left out until the tree has ended, no wait is.
TEST_CASE("Every suspension point: a stop from outside, after any poll, ends the tree at once") {
  test::Simulation simulation;
  const int points = count_points(simulation);
  int interrupted = 0;
  for (int polls = 0;; ++polls) {
    CAPTURE(polls);
    Interruption interruption{};
    {
      World world;
      interruption = stop_after_polls(polls, world, simulation);
      check_left(world, simulation);
    }
    CHECK(Counted::live() == 0);
    if (polls == 0) CHECK(interruption.passed == 0);
    CHECK(interruption.passed >= interrupted);
    interrupted = interruption.passed;
    if (interruption.ended) break;
    REQUIRE(polls < 1000);
  }
  CHECK(interrupted == points);
}

}  // namespace

}  // namespace heddle
