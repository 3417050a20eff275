#include "native/stop_flag.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/stop_token.hpp"
#include "native/sync_wait.hpp"
#include "native/work_stealing_pool.hpp"

namespace heddle {

namespace {

TEST_CASE("StopFlag: a stop of the parent is seen, before it is made and after") {
  StopSource source;
  StopFlag flag(source.token());
  CHECK_FALSE(flag.stop_requested());
  source.request_stop();
  CHECK(flag.stop_requested());
  CHECK(StopFlag(source.token()).stop_requested());
  StopFlag alone;
  CHECK_FALSE(alone.stop_requested());
  alone.request_stop();
  CHECK(alone.stop_requested());
}

bool is_cancellation(const std::system_error& error) { return error.code() == std::errc::operation_canceled; }

TEST_CASE("WorkStealingPool: run() with a stop that came before does not call the function") {
  Executor executor;
  WorkStealingPool pool(1);
  StopSource source;
  source.request_stop();
  bool ran = false;
  try {
    sync_wait(executor, pool.run([&ran] { ran = true; }, source.token()));
    FAIL("it was not cancelled");
  } catch (const std::system_error& error) {
    CHECK(is_cancellation(error));
  }
  CHECK_FALSE(ran);
  CHECK(pool.metrics().polls == 0);
}

Task<void> keep_error(WorkStealingPool& pool, std::atomic<bool>& ran, StopToken stop, bool& cancelled) {
  const auto function = [&ran] { ran = true; };
  try {
    co_await pool.run(function, stop);
  } catch (const std::system_error& error) {
    cancelled = is_cancellation(error);
  }
}

Task<void> stop_in_the_queue(WorkStealingPool& pool, std::atomic<bool>& ran, bool& cancelled) {
  std::latch occupied(1);
  std::latch released(1);
  const auto occupy = [&] {
    occupied.count_down();
    released.wait();
  };
  StopSource source;
  Scope scope;
  scope.spawn(pool.run(occupy));
  scope.spawn(keep_error(pool, ran, source.token(), cancelled));
  co_await Executor::yield();
  occupied.wait();
  source.request_stop();
  released.count_down();
  co_await scope.join();
}

TEST_CASE("WorkStealingPool: run() that is stopped in the queue does not call the function") {
  Executor executor;
  WorkStealingPool pool(1);
  std::atomic<bool> ran{false};
  bool cancelled = false;
  sync_wait(executor, stop_in_the_queue(pool, ran, cancelled));
  CHECK(cancelled);
  CHECK_FALSE(ran.load());
}

Task<void> look_for_stop(WorkStealingPool& pool, std::atomic<bool>& began, StopToken stop, int& result) {
  const auto function = [&began](const StopFlag& flag) {
    began = true;
    while (!flag.stop_requested()) std::this_thread::yield();
    return 7;
  };
  result = co_await pool.run(function, stop);
}

Task<int> stop_while_it_runs(WorkStealingPool& pool) {
  std::atomic<bool> began{false};
  int result = 0;
  StopSource source;
  Scope scope;
  scope.spawn(look_for_stop(pool, began, source.token(), result));
  while (!began.load()) co_await Executor::yield();
  source.request_stop();
  co_await scope.join();
  co_return result;
}

TEST_CASE("WorkStealingPool: a function that runs can see the stop, and its result counts") {
  Executor executor;
  WorkStealingPool pool(1);
  CHECK(sync_wait(executor, stop_while_it_runs(pool)) == 7);
}

TEST_CASE("WorkStealingPool: run() with a token hands on results and errors") {
  Executor executor;
  WorkStealingPool pool(2);
  CHECK(sync_wait(executor, pool.run([] { return 3; }, StopToken{})) == 3);
  CHECK_THROWS_AS(sync_wait(executor, pool.run([]() -> int { throw std::out_of_range("no"); }, StopToken{})),
                  std::out_of_range);
}

}  // namespace

}  // namespace heddle
