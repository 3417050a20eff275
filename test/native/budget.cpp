#include <doctest/doctest.h>

#include <chrono>

#include "native/channel.hpp"
#include "native/event.hpp"
#include "native/executor.hpp"
#include "native/mutex.hpp"
#include "native/pace.hpp"
#include "native/scope.hpp"
#include "native/semaphore.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/manual_clock.hpp"

namespace heddle {

namespace {

// What would keep the thread for ever, if nobody else came to run.
Task<void> yields(const bool& stop) {
  while (!stop) co_await Executor::yield();
}
Task<void> cooperates(const bool& stop) {
  while (!stop) co_await Executor::cooperate();
}
Task<void> waits_for_what_has_happened(const bool& stop) {
  Event event;
  event.set();
  while (!stop) co_await event.wait();
}
Task<void> acquires_what_is_free(const bool& stop) {
  Semaphore semaphore(1);
  while (!stop) {
    const auto permit = co_await semaphore.acquire();
  }
}
Task<void> locks_what_is_free(const bool& stop) {
  Mutex mutex;
  while (!stop) {
    const auto lock = co_await mutex.lock();
  }
}
Task<void> talks_to_itself(const bool& stop) {
  Channel<int> channel(1);
  while (!stop) {
    (void)co_await channel.send(1);
    (void)co_await channel.receive();
  }
}

Task<void> sleep_then(bool& stop) {
  co_await sleep_for(std::chrono::milliseconds(1));
  stop = true;
}

Task<void> beside(Task<void> (*hot)(const bool&), bool& stop) {
  Scope scope;
  scope.spawn(hot(stop));
  scope.spawn(sleep_then(stop));
  co_await scope.join();
}

// All of it was stopped before.
Task<void> waits_for_what_is_stopped(const bool& stop) {
  StopSource source;
  source.request_stop();
  Event event;
  Semaphore semaphore(0);
  Mutex mutex;
  Channel<int> channel(0);
  while (!stop) {
    CHECK_FALSE(co_await event.wait(source.token()));
    CHECK_FALSE(co_await semaphore.acquire(1, source.token()));
    CHECK_FALSE(co_await mutex.lock(source.token()));
    CHECK_FALSE(co_await channel.receive(source.token()));
    CHECK(co_await channel.send(1, source.token()) == ChannelStatus::stopped);
  }
}

TEST_CASE("Executor: a hot task does not keep timers out, in either drive") {
  for (auto* const hot : {yields, cooperates, waits_for_what_has_happened, acquires_what_is_free, locks_what_is_free,
                          talks_to_itself, waits_for_what_is_stopped}) {
    Executor executor;
    bool stop = false;
    sync_wait(executor, beside(hot, stop));
    CHECK(stop);

    bool again = false;
    Scope scope;
    scope.spawn_on(executor, beside(hot, again));
    while (scope.live() != 0) executor.poll();
    CHECK(again);
  }
}

Task<void> set(bool& flag) {
  flag = true;
  co_return;
}

TEST_CASE("Executor: what other threads post gets in after at most one slice") {
  Executor executor;
  bool posted = false;
  Task<void> setter = set(posted);
  Runnable node;
  node.handle = setter.frame();
  // Ends at its own final suspension, told to nobody.
  struct Nobody : TaskOwner {
    void task_done(std::coroutine_handle<>, std::exception_ptr&) noexcept override {}
  } nobody;
  setter.frame().promise().handle = setter.frame();
  setter.frame().promise().owner = &nobody;
  const auto body = [](Executor& self, Runnable& letter, const bool& arrived) -> Task<std::uint32_t> {
    self.post(letter);
    std::uint32_t resumptions = 0;
    while (!arrived) {
      co_await Executor::yield();
      ++resumptions;
    }
    co_return resumptions;
  };
  CHECK(sync_wait(executor, body(executor, node, posted)) <= Pace::kMost);
}

TEST_CASE("Executor: slow resumptions end a poll when its time is over") {
  test::ManualClock clock;
  Executor executor({.clock = &clock});
  const auto slow = [](test::ManualClock& time, int& done) -> Task<void> {
    time.advance(std::chrono::milliseconds(1));
    ++done;
    co_return;
  };
  Scope scope;
  int done = 0;
  for (int i = 0; i < 100; ++i) scope.spawn_on(executor, slow(clock, done));
  CHECK(executor.poll({.time = 500'000, .inline_bytes = 1}));
  CHECK(done <= static_cast<int>(Pace::kFirst));  // nobody knew yet
  const int before = done;
  CHECK(executor.poll({.time = 500'000, .inline_bytes = 1}));
  CHECK(done == before + 1);
  while (scope.live() != 0) executor.poll();
  CHECK(done == 100);
}

TEST_CASE("Executor: poll() runs what was ready at entry, and nothing that it made ready") {
  Executor executor;
  const auto body = [](int& turns) -> Task<void> {
    for (;;) {
      if (++turns == 5) co_return;
      co_await Executor::yield();
    }
  };
  Scope scope;
  int turns = 0;
  scope.spawn_on(executor, body(turns));
  for (int expected = 1; expected <= 5; ++expected) {
    executor.poll();
    CHECK(turns == expected);
  }
  CHECK(scope.live() == 0);
}

TEST_CASE("Executor::may_go_on: always, where there is no executor") { CHECK(Executor::may_go_on()); }

}  // namespace

}  // namespace heddle
