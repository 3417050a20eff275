#include "native/when_any.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "native/channel.hpp"
#include "native/sleep.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using std::chrono::milliseconds;
using test::Counted;

// Its number when it was in time, else what it was told to return.
template <class T>
Task<T> give_after(milliseconds time, T in_time, T stopped, StopToken stop) {
  const bool slept = co_await sleep_for(time, stop);
  if (!slept) co_return std::move(stopped);
  co_return std::move(in_time);
}

Task<int> fail_after(milliseconds time, StopToken stop) {
  const bool slept = co_await sleep_for(time, stop);
  if (slept) throw std::runtime_error("first");
  co_return 0;
}

Task<void> fail_when_stopped(StopToken stop) {
  const bool slept = co_await sleep_for(milliseconds(100), stop);
  if (!slept) throw std::runtime_error("dropped");
}

Task<void> race(int& stopped) {
  StopSource losers;
  const auto note = [](StopToken stop, int& count) -> Task<void> {
    const bool slept = co_await sleep_for(milliseconds(100), stop);
    if (!slept) ++count;
  };
  const auto first =
      co_await when_any(losers, note(losers.token(), stopped), give_after(milliseconds(10), 1, 2, losers.token()),
                        give_after(milliseconds(20), std::string("no"), std::string("late"), losers.token()));
  CHECK(first.index() == 1);
  CHECK(std::get<1>(first) == 1);
  CHECK(losers.stop_requested());
}

TEST_CASE("when_any: the first wins, the others are stopped and waited for") {
  test::Simulation simulation;
  const Nanoseconds start = simulation.clock().now();
  int stopped = 0;
  simulation.run(race(stopped));
  CHECK(stopped == 1);
  CHECK(simulation.clock().now() - start < 12'000'000);
}

Task<void> race_in_range() {
  StopSource losers;
  std::vector<Task<Counted>> tasks;
  for (int i = 0; i < 50; ++i) {
    tasks.push_back(give_after(milliseconds(i == 33 ? 5 : 10 + i), Counted(i), Counted(1000), losers.token()));
  }
  const Winner<Counted> first = co_await when_any(losers, std::move(tasks));
  CHECK(first.index == 33);
  CHECK(first.value.number() == 33);
}

Task<void> race_of_none() {
  StopSource losers;
  std::vector<Task<int>> none;
  co_await when_any(losers, std::move(none));
}

TEST_CASE("when_any: a range gives the place of the winner; none is an error") {
  test::Simulation simulation;
  simulation.run(race_in_range());
  CHECK(Counted::live() == 0);
  CHECK_THROWS_AS(simulation.run(race_of_none()), std::invalid_argument);
}

Task<void> error_wins() {
  StopSource losers;
  co_await when_any(losers, give_after(milliseconds(10), 1, 2, losers.token()),
                    fail_after(milliseconds(5), losers.token()));
}

Task<void> error_loses() {
  StopSource losers;
  const auto first =
      co_await when_any(losers, fail_when_stopped(losers.token()), give_after(milliseconds(5), 1, 2, losers.token()));
  CHECK(first.index() == 1);
}

TEST_CASE("when_any: an error wins like a value; a loser's is dropped") {
  test::Simulation simulation;
  CHECK_THROWS_WITH(simulation.run(error_wins()), "first");
  simulation.run(error_loses());
}

Task<void> stop_from_outside() {
  StopSource outside;
  StopSource losers(outside.token());
  const auto race = [](StopSource& all) -> Task<std::size_t> {
    const auto first = co_await when_any(all, give_after(milliseconds(10), 1, -1, all.token()),
                                         give_after(milliseconds(5), 2, -2, all.token()));
    co_return first.index() == 0 ? static_cast<std::size_t>(-std::get<0>(first)) : 0;
  };
  auto [who, stopper] = co_await when_all(race(losers), test::stop_after(2, outside));
  CHECK(who == 1);
}

TEST_CASE("when_any: a stop from outside reaches all; the first to notice wins") {
  test::Simulation simulation;
  simulation.run(stop_from_outside());
}

Task<int> ready(int number) { co_return number; }

Task<void> race_of_ready() {
  StopSource losers;
  const auto first = co_await when_any(losers, ready(1), ready(2));
  CHECK(first.index() == 0);
  StopSource alone;
  const auto only = co_await when_any(alone, ready(7));
  CHECK(std::get<0>(only) == 7);
}

TEST_CASE("when_any: of those that end in the same round, the first in the list wins") {
  test::Simulation simulation;
  simulation.run(race_of_ready());
}

Task<int> receive_number(Channel<int>& channel, StopToken stop) {
  const auto number = co_await channel.receive(stop);
  co_return number ? *number : -1;
}

// Two receivers race for each value; a loser that had won a value as well would lose it.
Task<void> race_receivers(Channel<int>& channel, test::Random& random, int count) {
  for (int i = 0; i < count; ++i) {
    StopSource losers;
    Scope scope;
    const auto send_after = [](Channel<int>& to, int turns, int number) -> Task<void> {
      co_await test::pass_turns(turns);
      const ChannelStatus sent = co_await to.send(number);
      CHECK(sent == ChannelStatus::ok);
    };
    scope.spawn(send_after(channel, random.between(0, 4), i));
    std::vector<Task<int>> receivers;
    for (int k = random.between(1, 4); k > 0; --k) receivers.push_back(receive_number(channel, losers.token()));
    const Winner<int> first = co_await when_any(losers, std::move(receivers));
    CHECK(first.value == i);
    co_await scope.join();
  }
}

TEST_CASE("when_any: stress, receivers that lose lose no value") {
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 10; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    Channel<int> channel(random.between<std::size_t>(0, 2));
    simulation.run(race_receivers(channel, random, 200));
  }
}

}  // namespace

}  // namespace heddle
