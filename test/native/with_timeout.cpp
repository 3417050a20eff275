#include "native/with_timeout.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "native/sleep.hpp"
#include "native/when_all.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using std::chrono::milliseconds;

Task<std::unique_ptr<int>> fetch(std::unique_ptr<int> what, milliseconds takes, StopToken stop) {
  const bool slept = co_await sleep_for(takes, stop);
  if (!slept) *what = -*what;
  co_return std::move(what);
}

Task<void> in_time() {
  const auto [timed_out, value] =
      co_await with_timeout(milliseconds(20), fetch, std::make_unique<int>(5), milliseconds(10));
  CHECK(!timed_out);
  CHECK(value.has_value());
  CHECK(**value == 5);
}

Task<void> too_late() {
  const auto [timed_out, value] =
      co_await with_timeout(milliseconds(20), fetch, std::make_unique<int>(5), milliseconds(30));
  CHECK(timed_out);
  CHECK(value.has_value());
  CHECK(**value == -5);
}

TEST_CASE("with_timeout: the value, and whether the time was up before") {
  test::Simulation simulation;
  const Nanoseconds start = simulation.clock().now();
  simulation.run(in_time());
  CHECK(simulation.clock().now() - start < 12'000'000);
  CHECK(simulation.executor().timers().size() == 0);
  simulation.run(too_late());
  CHECK(simulation.clock().now() - start < 34'000'000);
}

Task<void> no_time() {
  const auto result = co_await with_timeout(milliseconds(0), fetch, std::make_unique<int>(1), milliseconds(10));
  CHECK(result.timed_out);
  const auto ready = co_await with_timeout(milliseconds(-1), [](StopToken) -> Task<int> { co_return 3; });
  CHECK(!ready.timed_out);
  CHECK(ready.value == 3);
}

TEST_CASE("with_timeout: a task without time still runs up to its first wait") {
  test::Simulation simulation;
  simulation.run(no_time());
}

Task<void> all_the_time() {
  const auto [timed_out, value] = co_await with_timeout(std::chrono::nanoseconds::max(), fetch, std::make_unique<int>(5),
                                                        milliseconds(10));
  CHECK(!timed_out);
  CHECK(**value == 5);
}

TEST_CASE("with_timeout: a limit that is too far to be told is none") {
  test::Simulation simulation;
  simulation.run(all_the_time());
}

Task<void> slow_to_stop(bool& ended, StopToken) {
  static_cast<void>(co_await sleep_for(milliseconds(50)));
  ended = true;
}

Task<void> wait_for_slow(bool& ended) {
  const Timed<void> result = co_await with_timeout(milliseconds(10), slow_to_stop, std::ref(ended));
  CHECK(result.timed_out);
  CHECK(result.value.has_value());
}

TEST_CASE("with_timeout: waits also for a task that ignores its token") {
  test::Simulation simulation;
  bool ended = false;
  simulation.run(wait_for_slow(ended));
  CHECK(ended);
}

Task<int> fail(milliseconds after, std::error_code how, StopToken stop) {
  static_cast<void>(co_await sleep_for(after, stop));
  throw std::system_error(how);
}

const std::error_code kCancelled = std::make_error_code(std::errc::operation_canceled);
const std::error_code kBroken = std::make_error_code(std::errc::broken_pipe);

Task<Timed<int>> limit_failure(milliseconds limit, milliseconds after, std::error_code how) {
  co_return co_await with_timeout(limit, fail, after, how);
}

TEST_CASE("with_timeout: an error is thrown, unless it says what the timeout said already") {
  test::Simulation simulation;
  CHECK_THROWS_AS(simulation.run(limit_failure(milliseconds(10), milliseconds(5), kBroken)), std::system_error);
  CHECK_THROWS_AS(simulation.run(limit_failure(milliseconds(10), milliseconds(5), kCancelled)), std::system_error);
  CHECK_THROWS_AS(simulation.run(limit_failure(milliseconds(10), milliseconds(15), kBroken)), std::system_error);
  const Timed<int> result = simulation.run(limit_failure(milliseconds(10), milliseconds(15), kCancelled));
  CHECK(result.timed_out);
  CHECK(!result.value.has_value());
}

Task<void> stop_from_outside() {
  StopSource source;
  const auto limit = [](StopToken stop) -> Task<void> {
    const auto result =
        co_await with_timeout(milliseconds(20), stop, fetch, std::make_unique<int>(5), milliseconds(10));
    CHECK(!result.timed_out);
    CHECK(result.value.has_value());
    CHECK(**result.value == -5);
  };
  co_await when_all(limit(source.token()), test::stop_after(3, source));
  co_await limit(source.token());
}

TEST_CASE("with_timeout: a stop from outside reaches the task, and is no timeout") {
  test::Simulation simulation;
  simulation.run(stop_from_outside());
}

Task<void> stop_before_the_limit() {
  StopSource source;
  bool ended = false;
  const auto limit = [](StopToken stop, bool& done) -> Task<void> {
    const auto result = co_await with_timeout(milliseconds(20), stop, slow_to_stop, std::ref(done));
    CHECK(!result.timed_out);
  };
  co_await when_all(limit(source.token(), ended), test::stop_after(1, source));
  CHECK(ended);
}

TEST_CASE("with_timeout: a limit that passes after a stop from outside is no timeout") {
  test::Simulation simulation;
  simulation.run(stop_before_the_limit());
}

Task<int> nested(StopToken stop) {
  const auto inner = co_await with_timeout(milliseconds(50), stop, fetch, std::make_unique<int>(5), milliseconds(100));
  co_return inner.timed_out ? 1 : 2;
}

Task<void> nest() {
  const auto outer = co_await with_timeout(milliseconds(10), nested);
  CHECK(outer.timed_out);
  CHECK(outer.value == 2);
}

TEST_CASE("with_timeout: the outer limit reaches through the inner one") {
  test::Simulation simulation;
  simulation.run(nest());
}

struct Session {
  int number;
  Task<int> ask(int more, StopToken stop) {
    static_cast<void>(co_await sleep_for(milliseconds(1), stop));
    co_return number + more;
  }
};

Task<void> call_member() {
  Session session{40};
  const auto result = co_await with_timeout(milliseconds(10), &Session::ask, &session, 2);
  CHECK(result.value == 42);
}

TEST_CASE("with_timeout: calls what can be called, members too") {
  test::Simulation simulation;
  simulation.run(call_member());
}

Task<void> never_awaited(bool& ended) {
  {
    const auto limited = with_timeout(milliseconds(1), slow_to_stop, std::ref(ended));
  }
  static_cast<void>(co_await sleep_for(milliseconds(5)));
}

TEST_CASE("with_timeout: what is never awaited never runs") {
  test::Simulation simulation;
  bool ended = false;
  simulation.run(never_awaited(ended));
  CHECK(!ended);
}

// Whatever comes first, the time, the stop or the end, each task ends once and says which it was.
Task<void> limit_at_random(test::Random& random, int& in_time, int& late, int& stopped) {
  StopSource source;
  Scope scope;
  if (random.one_in(3)) {
    const auto stop_at = [](milliseconds time, StopSource& of) -> Task<void> {
      static_cast<void>(co_await sleep_for(time));
      of.request_stop();
    };
    scope.spawn(stop_at(milliseconds(random.between(0, 5)), source));
  }
  const milliseconds limit(random.between(0, 5));
  const milliseconds takes(random.between(0, 5));
  const auto result = co_await with_timeout(limit, source.token(), fetch, std::make_unique<int>(1), takes);
  CHECK(result.value.has_value());
  if (**result.value == 1) {
    ++in_time;
  } else if (result.timed_out) {
    CHECK(takes >= limit);
    ++late;
  } else {
    CHECK(source.stop_requested());
    ++stopped;
  }
  co_await scope.join();
}

TEST_CASE("with_timeout: stress") {
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 10; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    int in_time = 0;
    int late = 0;
    int stopped = 0;
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 500; ++i) tasks.push_back(limit_at_random(random, in_time, late, stopped));
    simulation.run(test::all_of(std::move(tasks)));
    CHECK(in_time + late + stopped == 500);
    CHECK(in_time > 0);
    CHECK(late > 0);
    CHECK(stopped > 0);
    CHECK(simulation.executor().timers().size() == 0);
  }
}

}  // namespace

}  // namespace heddle
