#include "native/generator.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "native/channel.hpp"
#include "native/sleep.hpp"
#include "native/when_all.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::Counted;
using test::pass_turns;

Generator<int> count_to(int end) {
  for (int i = 0; i < end; ++i) co_yield i;
}

Generator<int> count_slowly(int end) {
  for (int i = 0; i < end; ++i) {
    co_await pass_turns(i % 3);
    co_yield i;
    co_await Executor::yield();
  }
}

Task<int> sum_of(Generator<int> numbers) {
  int sum = 0;
  while (const int* number = co_await numbers.next()) sum += *number;
  co_return sum;
}

TEST_CASE("Generator: gives its values one by one, waiting or not") {
  test::Simulation simulation;
  CHECK(simulation.run(sum_of(count_to(0))) == 0);
  CHECK(simulation.run(sum_of(count_to(1000))) == 499'500);
  CHECK(simulation.run(sum_of(count_slowly(100))) == 4950);
  CHECK(simulation.run(sum_of(Generator<int>())) == 0);
}

Generator<std::string> words() {
  const std::string constant = "constant";
  co_yield constant;
  std::string changed = "untouched";
  co_yield changed;
  CHECK(changed == "changed");
  co_yield "temporary";
  std::string moved = "moved";
  co_yield std::move(moved);
}

Task<void> read_words() {
  auto all = words();
  std::string* word = co_await all.next();
  CHECK(*word == "constant");
  *word = "only the copy";
  word = co_await all.next();
  CHECK(*word == "untouched");
  *word = "changed";
  word = co_await all.next();
  CHECK(*word == "temporary");
  word = co_await all.next();
  CHECK(*word == "moved");
  word = co_await all.next();
  CHECK(word == nullptr);
  word = co_await all.next();
  CHECK(word == nullptr);
}

TEST_CASE("Generator: yields copies of constants, and the object itself otherwise") {
  test::Simulation simulation;
  simulation.run(read_words());
}

Generator<int&> each_of(std::vector<int>& numbers) {
  for (int& number : numbers) co_yield number;
}

Generator<const std::string> constants() {
  const std::string kept = "kept";
  co_yield kept;
  co_yield "temporary";
}

Task<void> read_references() {
  std::vector<int> numbers{1, 2, 3};
  auto all = each_of(numbers);
  while (int* number = co_await all.next()) *number *= 2;
  CHECK(numbers == std::vector{2, 4, 6});
  auto strings = constants();
  const std::string* text = co_await strings.next();
  CHECK(*text == "kept");
  text = co_await strings.next();
  CHECK(*text == "temporary");
}

TEST_CASE("Generator: of references and of constants") {
  test::Simulation simulation;
  simulation.run(read_references());
}

Generator<Counted> counted(int count) {
  for (int i = 0; i < count; ++i) co_yield Counted(i);
}

Task<void> take_some(int count, int of) {
  auto all = counted(of);
  std::vector<Counted> mine;
  for (int i = 0; i < count; ++i) {
    Counted* value = co_await all.next();
    CHECK(value != nullptr);
    mine.push_back(std::move(*value));
  }
  CHECK(mine.back().number() == count - 1);
}

TEST_CASE("Generator: values that can only be moved belong to who takes them") {
  test::Simulation simulation;
  simulation.run(take_some(10, 10));
  simulation.run(take_some(3, 10));
  CHECK(Counted::live() == 0);
}

Generator<int> hold_while(Counted& held, bool& destroyed) {
  struct Guard {
    explicit Guard(bool& in) noexcept : into(in) {}
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() { into = true; }
    bool& into;
  };
  const Counted mine = std::move(held);
  const Guard guard(destroyed);
  co_yield mine.number();
  co_await pass_turns(1);
  co_yield 2;
  FAIL("nobody asks for more");
}

Task<void> leave_early(int values) {
  Counted held(1);
  bool destroyed = false;
  {
    auto all = hold_while(held, destroyed);
    for (int i = 0; i < values; ++i) {
      const int* value = co_await all.next();
      CHECK(value != nullptr);
    }
    CHECK(!destroyed);
    CHECK(Counted::live() == 1);
  }
  CHECK(destroyed == (values != 0));
  CHECK(Counted::live() == (values != 0 ? 0 : 1));
}

TEST_CASE("Generator: destroyed before its end, or before its start, it destroys what it holds") {
  test::Simulation simulation;
  for (int values = 0; values <= 2; ++values) simulation.run(leave_early(values));
  CHECK(Counted::live() == 0);
}

// Throws before its point `at`: the start, the first yield, a wait, the second yield, the end.
Generator<int> fail_at(int at) {
  if (at == 0) throw std::runtime_error("point 0");
  co_yield 1;
  if (at == 1) throw std::runtime_error("point 1");
  co_await pass_turns(2);
  if (at == 2) throw std::runtime_error("point 2");
  co_yield 2;
  if (at == 3) throw std::runtime_error("point 3");
}

Task<void> read_failing(int at) {
  auto all = fail_at(at);
  int received = 0;
  std::string message;
  try {
    while (const int* value = co_await all.next()) received = *value;
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  CHECK(message == "point " + std::to_string(at));
  CHECK(received == (at + 1) / 2);
  const int* more = co_await all.next();
  CHECK(more == nullptr);
}

TEST_CASE("Generator: an exception is thrown by next(), and is the end") {
  test::Simulation simulation;
  for (int at = 0; at < 4; ++at) simulation.run(read_failing(at));
}

Generator<int> ticks(StopToken stop) {
  for (int i = 0;; ++i) {
    const bool slept = co_await sleep_for(std::chrono::milliseconds(10), stop);
    if (!slept) co_return;
    co_yield i;
  }
}

Task<int> count_ticks(StopToken stop) {
  auto all = ticks(stop);
  int count = 0;
  while (const int* tick = co_await all.next()) count = *tick + 1;
  co_return count;
}

Task<void> stop_at(std::chrono::milliseconds time, StopSource& source) {
  static_cast<void>(co_await sleep_for(time));
  source.request_stop();
}

Task<void> stop_ticks() {
  StopSource source;
  auto [count, stopper] =
      co_await when_all(count_ticks(source.token()), stop_at(std::chrono::milliseconds(45), source));
  CHECK(count == 4);
}

TEST_CASE("Generator: a stop ends the wait inside") {
  test::Simulation simulation;
  simulation.run(stop_ticks());
}

Task<void> move_around() {
  auto first = count_to(5);
  const int* value = co_await first.next();
  CHECK(*value == 0);
  auto second = std::move(first);
  value = co_await second.next();
  CHECK(*value == 1);
  value = co_await first.next();
  CHECK(value == nullptr);
  first = count_to(3);
  second = std::move(first);
  value = co_await second.next();
  CHECK(*value == 0);
}

TEST_CASE("Generator: can be moved between two values") {
  test::Simulation simulation;
  simulation.run(move_around());
}

// Pipelines of generators over generators, some left before their end.
Generator<int> every(int nth, Generator<int> from, test::Random& random) {
  int index = 0;
  while (const int* value = co_await from.next()) {
    if (random.one_in(5)) co_await pass_turns(random.between(1, 3));
    if (index++ % nth == 0) co_yield *value;
  }
}

Task<void> run_pipeline(test::Random& random) {
  int step = 1;
  auto numbers = count_slowly(300);
  for (int depth = random.between(0, 4); depth > 0; --depth) {
    const int nth = random.between(1, 3);
    step *= nth;
    numbers = every(nth, std::move(numbers), random);
  }
  int expected = 0;
  const int leave_at = random.between(1, 400);
  while (const int* value = co_await numbers.next()) {
    CHECK(*value == expected);
    expected += step;
    if (*value >= leave_at) co_return;
  }
  CHECK(expected >= 300);
}

TEST_CASE("Generator: stress") {
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 20; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 10; ++i) tasks.push_back(run_pipeline(random));
    simulation.run(test::all_of(std::move(tasks)));
  }
}

}  // namespace

}  // namespace heddle
