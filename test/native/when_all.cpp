#include "native/when_all.hpp"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "native/event.hpp"
#include "native/sleep.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::Counted;
using test::pass_turns;

template <class T>
Task<T> give_after(int turns, T value) {
  co_await pass_turns(turns);
  co_return std::move(value);
}

Task<int&> refer_to(int& number) {
  co_await Executor::yield();
  co_return number;
}

Task<int> fail_after(int turns, std::string message) {
  co_await pass_turns(turns);
  throw std::runtime_error(message);
}

// Ends only when it is stopped.
Task<int> wait_until_stopped(StopToken stop, int& ended) {
  Event never;
  const bool happened = co_await never.wait(stop);
  CHECK(!happened);
  co_return ++ended;
}

Task<void> mixed() {
  int number = 5;
  auto [a, b, nothing, reference] =
      co_await when_all(give_after(2, 1), give_after(0, std::string("two")), pass_turns(3), refer_to(number));
  static_assert(std::is_same_v<decltype(nothing), std::monostate>);
  CHECK(a == 1);
  CHECK(b == "two");
  CHECK(&reference.get() == &number);
}

Task<void> none() {
  const std::tuple<> nothing = co_await when_all();
  static_cast<void>(nothing);
  std::vector<Task<int>> tasks;
  const std::vector<int> results = co_await when_all(std::move(tasks));
  CHECK(results.empty());
  std::vector<Task<void>> voids;
  co_await when_all(std::move(voids));
}

TEST_CASE("when_all: results in the order of the tasks, of any type") {
  test::Simulation simulation;
  simulation.run(mixed());
  simulation.run(none());
}

Task<void> range_of_values() {
  std::vector<Task<Counted>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(give_after((i * 7) % 10, Counted(i)));
  const std::vector<Counted> results = co_await when_all(std::move(tasks));
  CHECK(results.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(results[static_cast<std::size_t>(i)].number() == i);
}

Task<void> range_of_references() {
  std::array<int, 3> numbers{1, 2, 3};
  std::vector<Task<int&>> tasks;
  for (int& number : numbers) tasks.push_back(refer_to(number));
  const auto results = co_await when_all(std::move(tasks));
  for (std::size_t i = 0; i < 3; ++i) CHECK(&results[i].get() == &numbers[i]);
}

TEST_CASE("when_all: a range gives a vector") {
  test::Simulation simulation;
  simulation.run(range_of_values());
  simulation.run(range_of_references());
  CHECK(Counted::live() == 0);
}

Task<void> side_by_side(Executor& executor) {
  const Nanoseconds start = executor.now();
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 100; ++i) {
    tasks.push_back(
        [](int ms) -> Task<void> { static_cast<void>(co_await sleep_for(std::chrono::milliseconds(ms))); }(i % 50 + 1));
  }
  co_await when_all(std::move(tasks));
  const auto took = std::chrono::nanoseconds(executor.now() - start);
  CHECK(took >= std::chrono::milliseconds(50));
  CHECK(took < std::chrono::milliseconds(52));
}

TEST_CASE("when_all: the tasks run side by side") {
  test::Simulation simulation;
  simulation.run(side_by_side(simulation.executor()));
}

Task<void> two_fail(int& finished) {
  const auto finish = [](int turns, int& count) -> Task<void> {
    co_await pass_turns(turns);
    ++count;
  };
  co_await when_all(fail_after(3, "later"), fail_after(1, "first"), finish(5, finished));
}

Task<void> two_of_range_fail() {
  std::vector<Task<int>> tasks;
  tasks.push_back(fail_after(3, "later"));
  tasks.push_back(fail_after(1, "first"));
  tasks.push_back(give_after(5, 1));
  co_await when_all(std::move(tasks));
}

TEST_CASE("when_all: the first error is thrown when all have ended") {
  test::Simulation simulation;
  int finished = 0;
  CHECK_THROWS_WITH(simulation.run(two_fail(finished)), "first");
  CHECK(finished == 1);
  CHECK_THROWS_WITH(simulation.run(two_of_range_fail()), "first");
}

Task<void> fail_and_stop(int& ended) {
  StopSource siblings;
  co_await when_all(siblings, wait_until_stopped(siblings.token(), ended), fail_after(2, "stops them"),
                    wait_until_stopped(siblings.token(), ended));
}

Task<void> fail_and_stop_range(int& ended) {
  StopSource siblings;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(wait_until_stopped(siblings.token(), ended));
  tasks.push_back(fail_after(0, "stops them"));
  co_await when_all(siblings, std::move(tasks));
}

Task<void> succeed_with_siblings() {
  StopSource siblings;
  auto [a, b] = co_await when_all(siblings, give_after(1, 1), give_after(2, 2));
  CHECK(a + b == 3);
  CHECK(!siblings.stop_requested());
}

TEST_CASE("when_all: the first error stops the siblings that were given a token") {
  test::Simulation simulation;
  int ended = 0;
  CHECK_THROWS_WITH(simulation.run(fail_and_stop(ended)), "stops them");
  CHECK(ended == 2);
  CHECK_THROWS_WITH(simulation.run(fail_and_stop_range(ended)), "stops them");
  CHECK(ended == 7);
  simulation.run(succeed_with_siblings());
}

Task<void> keep_guard(std::vector<int>& order, int number, int turns) {
  struct Guard {
    Guard(std::vector<int>& in, int what) : into(in), mine(what) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { into.push_back(mine); }
    std::vector<int>& into;
    int mine;
  };
  const Guard guard(order, number);
  co_await pass_turns(turns);
}

Task<void> note_order(std::vector<int>& order) {
  co_await when_all(keep_guard(order, 1, 3), keep_guard(order, 2, 1));
  order.push_back(3);
}

TEST_CASE("when_all: what a task holds goes when the task ends, before the wait is over") {
  test::Simulation simulation;
  std::vector<int> order;
  simulation.run(note_order(order));
  CHECK(order == std::vector{2, 1, 3});
}

TEST_CASE("when_all: tasks that are never awaited are destroyed without running") {
  std::vector<int> order;
  {
    const auto all = when_all(keep_guard(order, 1, 1), keep_guard(order, 2, 1));
  }
  CHECK(order.empty());
}

Task<int> random_tree(test::Random& random, int depth, int& failures) {
  co_await pass_turns(random.between(0, 3));
  if (depth == 0) {
    if (random.one_in(200)) {
      ++failures;
      throw std::runtime_error("leaf");
    }
    co_return 1;
  }
  std::vector<Task<int>> children;
  for (int i = random.between(0, 4); i > 0; --i) children.push_back(random_tree(random, depth - 1, failures));
  const auto left = random_tree(random, depth - 1, failures);
  const std::vector<int> leaves = co_await when_all(std::move(children));
  int sum = 0;
  for (const int count : leaves) sum += count;
  co_return sum;
}

Task<int> fail_sometimes(test::Random& random, int depth, int& failures) {
  try {
    co_return co_await random_tree(random, depth, failures);
  } catch (const std::runtime_error&) {
  }
  co_return -1;
}

TEST_CASE("when_all: stress, trees of tasks of which some fail") {
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 20; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    int failures = 0;
    const int leaves = simulation.run(fail_sometimes(random, 6, failures));
    CHECK((leaves == -1) == (failures != 0));
  }
}

}  // namespace

}  // namespace heddle
