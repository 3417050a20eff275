#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "native/task.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::Counted;
using test::pass_turns;

Task<int&> pick(int& first, int& second, bool take_first) {
  co_await pass_turns(1);
  if (take_first) co_return first;
  co_return second;
}

Task<const int&> look(const int& number) { co_return number; }

Task<void> change_through_reference() {
  int first = 1;
  int second = 2;
  int& picked = co_await pick(first, second, false);
  CHECK(&picked == &second);
  picked = 5;
  CHECK(second == 5);
  const int& seen = co_await look(first);
  CHECK(&seen == &first);
}

TEST_CASE("Task: of a reference gives the object itself") {
  test::Simulation simulation;
  simulation.run(change_through_reference());
  int first = 1;
  int second = 2;
  CHECK(&simulation.run(pick(first, second, false)) == &second);
}

Task<int&> fail_with_reference(int& number) {
  co_await pass_turns(1);
  if (number == 0) throw std::runtime_error("no reference");
  co_return number;
}

Task<void> await_failing_reference() {
  int zero = 0;
  co_await fail_with_reference(zero);
}

TEST_CASE("Task: of a reference hands on an exception") {
  test::Simulation simulation;
  CHECK_THROWS_WITH(simulation.run(await_failing_reference()), "no reference");
}

Task<Counted> make(int number) {
  co_await pass_turns(1);
  co_return Counted(number);
}

Task<Counted> pass_on(Task<Counted> task) {
  Counted value = co_await std::move(task);
  co_return value;
}

TEST_CASE("Task: a value that can only be moved is moved out, and nothing of it stays") {
  test::Simulation simulation;
  {
    const Counted value = simulation.run(pass_on(pass_on(make(7))));
    CHECK(value.number() == 7);
    CHECK(Counted::live() == 1);
  }
  CHECK(Counted::live() == 0);
}

Task<void> drop_result() {
  {
    auto task = make(1);
    static_cast<void>(co_await std::move(task));
    CHECK(Counted::live() == 0);
  }
  const auto never_started = make(2);
}

TEST_CASE("Task: a result that nobody keeps goes with the task") {
  test::Simulation simulation;
  simulation.run(drop_result());
  CHECK(Counted::live() == 0);
}

Task<std::unique_ptr<int>> convert() { co_return new int(3); }

Task<Counted> consume_parameter(Counted value) {
  co_await pass_turns(1);
  co_return std::move(value);
}

TEST_CASE("Task: takes parameters and results that can only be moved") {
  test::Simulation simulation;
  CHECK(*simulation.run(convert()) == 3);
  CHECK(simulation.run(consume_parameter(Counted(4))).number() == 4);
  {
    const auto never_started = consume_parameter(Counted(5));
  }
  CHECK(Counted::live() == 0);
}

}  // namespace

}  // namespace heddle
