#include "native/task.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "native/executor.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

Task<int> forty_two() { co_return 42; }

Task<int> sum_of_two() {
  const int first = co_await forty_two();
  const int second = co_await forty_two();
  co_return first + second;
}

TEST_CASE("Task: values pass through awaits") {
  Executor executor;
  CHECK(sync_wait(executor, forty_two()) == 42);
  CHECK(sync_wait(executor, sum_of_two()) == 84);
}

Task<void> note(std::vector<std::string>& log, std::string what) {
  log.push_back(std::move(what));
  co_return;
}

Task<void> await_late(std::vector<std::string>& log) {
  Task<void> lazy = note(log, "child");
  log.emplace_back("before");
  co_await std::move(lazy);
  log.emplace_back("after");
}

TEST_CASE("Task: nothing runs before it is awaited, and then at once") {
  Executor executor;
  std::vector<std::string> log;
  Task<void> task = await_late(log);
  CHECK(log.empty());
  sync_wait(executor, std::move(task));
  CHECK(log == std::vector<std::string>{"before", "child", "after"});
}

Task<std::unique_ptr<int>> make_unique_int(int value) { co_return std::make_unique<int>(value); }

Task<int> unwrap(std::unique_ptr<int> owned) { co_return *owned; }

Task<int> pass_move_only() {
  std::unique_ptr<int> owned = co_await make_unique_int(7);
  const int value = co_await unwrap(std::move(owned));
  co_return value;
}

TEST_CASE("Task: move-only values and arguments") {
  Executor executor;
  CHECK(sync_wait(executor, pass_move_only()) == 7);
  CHECK(*sync_wait(executor, make_unique_int(8)) == 8);
}

Task<int&> first_of(std::vector<int>& numbers) { co_return numbers.front(); }

Task<void> increment_first(std::vector<int>& numbers) {
  int& first = co_await first_of(numbers);
  ++first;
}

TEST_CASE("Task: a reference is the object itself") {
  Executor executor;
  std::vector<int> numbers{1, 2};
  sync_wait(executor, increment_first(numbers));
  CHECK(numbers.front() == 2);
}

struct NotDefault {
  explicit NotDefault(int number) : value(number) {}
  int value;
};

Task<NotDefault> make_not_default() { co_return NotDefault(3); }

TEST_CASE("Task: a value needs no default constructor") {
  Executor executor;
  CHECK(sync_wait(executor, make_not_default()).value == 3);
}

Task<int> fail(std::string why) {
  throw std::runtime_error(why);
  co_return 0;
}

Task<std::string> catch_it() {
  std::string caught;
  try {
    const int never = co_await fail("inner");
    caught = std::to_string(never);
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  co_return caught;
}

Task<int> let_it_pass() {
  const int never = co_await fail("deep");
  co_return never;
}

Task<int&> fail_with_reference() {
  throw std::runtime_error("reference");
  static int never = 0;
  co_return never;
}

Task<void> await_failing_reference() { co_await fail_with_reference(); }

TEST_CASE("Task: an exception surfaces where the task is awaited") {
  Executor executor;
  CHECK(sync_wait(executor, catch_it()) == "inner");
  CHECK_THROWS_WITH_AS(sync_wait(executor, let_it_pass()), "deep", std::runtime_error);
  CHECK_THROWS_WITH_AS(sync_wait(executor, await_failing_reference()), "reference", std::runtime_error);
  CHECK(sync_wait(executor, forty_two()) == 42);  // the executor is as good as before
}

struct Witness {
  explicit Witness(std::vector<std::string>& where, std::string name) : log(&where), what(std::move(name)) {}
  Witness(Witness&& other) noexcept : log(std::exchange(other.log, nullptr)), what(std::move(other.what)) {}
  Witness& operator=(Witness&&) = delete;
  ~Witness() {
    if (log != nullptr) log->push_back(what);
  }
  std::vector<std::string>* log;
  std::string what;
};

Task<void> hold([[maybe_unused]] Witness argument, std::vector<std::string>& log) {
  const Witness local(log, "local");
  co_await Executor::yield();
  log.emplace_back("body");
}

Task<void> hold_and_go_on(std::vector<std::string>& log) {
  Witness argument(log, "argument");
  {
    Task<void> task = hold(std::move(argument), log);
    co_await std::move(task);
    log.emplace_back("awaited");
  }
  log.emplace_back("gone");
}

TEST_CASE("Task: locals end with the body, arguments with the task") {
  Executor executor;
  std::vector<std::string> log;
  sync_wait(executor, hold_and_go_on(log));
  CHECK(log == std::vector<std::string>{"body", "local", "awaited", "argument", "gone"});
}

TEST_CASE("Task: one that never started is destroyed with its arguments") {
  std::vector<std::string> log;
  {
    Task<void> never = hold(Witness(log, "argument"), log);
    CHECK(log.empty());
  }
  CHECK(log == std::vector<std::string>{"argument"});
}

TEST_CASE("Task: moving hands over the coroutine, assigning destroys the old one") {
  Executor executor;
  std::vector<std::string> log;
  Task<void> first = hold(Witness(log, "first"), log);
  Task<void> second = hold(Witness(log, "second"), log);
  first = std::move(second);
  CHECK(log == std::vector<std::string>{"first"});
  sync_wait(executor, std::move(first));
  CHECK(log.back() == "second");
  const Task<void> empty;
}

Task<long> count_down(long depth) {
  if (depth == 0) co_return 0;
  const long below = co_await count_down(depth - 1);
  co_return below + 1;
}

TEST_CASE("Task: a deep chain of awaits uses no stack on the way back") {
  Executor executor;
  const long depth = test::kSanitized ? 1'000 : 200'000;
  CHECK(sync_wait(executor, count_down(depth)) == depth);
}

Task<long> add_up(long count) {
  long sum = 0;
  for (long i = 0; i < count; ++i) {
    const int value = co_await forty_two();
    sum += value;
  }
  co_return sum;
}

TEST_CASE("Task: a long loop of awaits that end at once uses no stack") {
  Executor executor;
  const long count = test::kSanitized ? 1'000 : 1'000'000;
  CHECK(sync_wait(executor, add_up(count)) == 42 * count);
}

Task<int> fail_deep(int depth) {
  if (depth == 0) throw std::runtime_error("bottom");
  const int below = co_await fail_deep(depth - 1);
  co_return below;
}

TEST_CASE("Task: an exception crosses a chain of awaits") {
  Executor executor;
  CHECK_THROWS_WITH(sync_wait(executor, fail_deep(100)), "bottom");
}

}  // namespace

}  // namespace heddle
