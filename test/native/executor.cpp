#include "native/executor.hpp"

#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <thread>
#include <vector>

#include "native/scope.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "native/task.hpp"
#include "test/native/support/allocations.hpp"
#include "test/native/support/manual_clock.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

using namespace std::chrono_literals;

Task<void> note(std::vector<int>& log, int number, int times) {
  for (int i = 0; i < times; ++i) {
    log.push_back(number);
    co_await Executor::yield();
  }
}

Task<void> join(Scope& scope) { co_await scope.join(); }

TEST_CASE("Executor: first come, first served, and yield goes to the back") {
  Executor executor;
  Scope scope;
  std::vector<int> log;
  for (int number : {1, 2, 3}) scope.spawn_on(executor, note(log, number, 2));
  sync_wait(executor, join(scope));
  CHECK(log == std::vector{1, 2, 3, 1, 2, 3});
}

TEST_CASE("Executor: poll runs only what was ready at entry") {
  Executor executor;
  Scope scope;
  std::vector<int> log;
  scope.spawn_on(executor, note(log, 1, 3));
  CHECK(log.empty());  // spawning runs nothing inline
  for (std::size_t polls = 1; polls <= 3; ++polls) {
    CHECK(executor.poll());
    CHECK(log.size() == polls);
  }
  CHECK(!executor.poll());
  sync_wait(executor, join(scope));
}

TEST_CASE("Executor: an idle poll does nothing and asks for nothing") {
  Executor executor;
  CHECK(!executor.poll());
  CHECK(!executor.poll());
  CHECK(!executor.next_deadline());
}

Task<void> look_around(Executor*& seen) {
  seen = Executor::current();
  co_return;
}

Task<void> drive_another(Executor& inner, std::vector<Executor*>& seen) {
  Executor* inside = nullptr;
  sync_wait(inner, look_around(inside));
  seen.push_back(inside);
  seen.push_back(Executor::current());
  co_return;
}

TEST_CASE("Executor: current is the one that runs, also when one drives another") {
  Executor outer;
  Executor inner;
  std::vector<Executor*> seen;
  CHECK(Executor::current() == nullptr);
  sync_wait(outer, drive_another(inner, seen));
  CHECK(seen == std::vector{&inner, &outer});
  CHECK(Executor::current() == nullptr);
}

// Suspends the coroutine and has another thread post it back.
class PostedFrom : private Runnable {
 public:
  PostedFrom(Executor& executor, std::vector<std::jthread>& threads) : executor_(executor), threads_(threads) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    handle = awaiting;
    threads_.emplace_back([this] { executor_.post(*this); });
  }
  void await_resume() const noexcept {}

 private:
  Executor& executor_;
  std::vector<std::jthread>& threads_;
};

Task<std::thread::id> hop(Executor& executor, std::vector<std::jthread>& threads) {
  PostedFrom posted(executor, threads);
  co_await posted;
  co_return std::this_thread::get_id();
}

TEST_CASE("Executor: what another thread posts resumes on the executor's thread") {
  Executor executor;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i) CHECK(sync_wait(executor, hop(executor, threads)) == std::this_thread::get_id());
}

// Coroutines that are posted over and over by threads that own no executor.
struct Poster {
  Executor& executor;
  Inbox<Runnable> inbox;
  std::atomic<int> sent{0};
  std::atomic<bool> ending{false};
  std::jthread thread{[this] {
    for (int seen = 0; !ending.load(std::memory_order_acquire); sent.wait(seen), seen = sent.load()) {
      for (Runnable* runnable = inbox.take_all(); runnable != nullptr;) {
        Runnable* next = runnable->next;
        executor.post(*runnable);
        runnable = next;
      }
    }
  }};

  explicit Poster(Executor& target) : executor(target) {}
  ~Poster() {
    ending.store(true, std::memory_order_release);
    tell();
  }

  void tell() noexcept {
    sent.fetch_add(1);
    sent.notify_one();
  }
};

struct ThroughPoster : Runnable {
  explicit ThroughPoster(Poster& by) : poster(by) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle = awaiting;
    poster.inbox.push(*this);
    poster.tell();
  }
  void await_resume() const noexcept {}
  Poster& poster;
};

Task<void> hop_often(Poster& poster, int times, long& sum) {
  for (int i = 0; i < times; ++i) {
    ThroughPoster through(poster);
    co_await through;
    ++sum;  // not atomic: only the executor's thread may be here
  }
}

TEST_CASE("Executor: posts from several threads arrive, each once") {
  const int times = test::rounds(2'000);
  Executor executor;
  Poster first(executor);
  Poster second(executor);
  Scope scope;
  long sum = 0;
  for (int i = 0; i < 10; ++i) scope.spawn_on(executor, hop_often(i % 2 == 0 ? first : second, times, sum));
  sync_wait(executor, join(scope));
  CHECK(sum == 10L * times);
}

TEST_CASE("Executor: run ends at stop, also at a stop that came before it") {
  Executor executor;
  executor.stop();
  executor.run();
  std::jthread other([&] { executor.stop(); });
  executor.run();
}

// The stop may come at any moment of the loop: before the first poll, inside, or on the way to sleep.
TEST_CASE("Executor: a stop at any moment ends run") {
  Executor executor;
  const int times = test::rounds(20'000);
  std::atomic<int> started{0};
  std::atomic<int> ended{0};
  std::jthread driver([&] {
    for (int i = 0; i < times; ++i) {
      started.store(i + 1, std::memory_order_release);
      executor.run();
      ended.store(i + 1, std::memory_order_release);
    }
  });
  for (int i = 0; i < times; ++i) {
    while (started.load(std::memory_order_acquire) <= i) std::this_thread::yield();
    for (int pause = 0; pause < i % 64; ++pause) started.load(std::memory_order_seq_cst);
    executor.stop();
    while (ended.load(std::memory_order_acquire) <= i) std::this_thread::yield();
  }
}

Task<void> stop_it(Executor& executor, bool& ran_on) {
  executor.stop();
  co_await Executor::yield();
  ran_on = true;
}

TEST_CASE("Executor: what is queued at stop stays queued for the next run") {
  Executor executor;
  Scope scope;
  bool ran_on = false;
  scope.spawn_on(executor, stop_it(executor, ran_on));
  executor.run();
  CHECK(!ran_on);
  sync_wait(executor, join(scope));
  CHECK(ran_on);
}

Task<void> take_time(test::ManualClock& clock, int& ran) {
  clock.advance(1ms);
  ++ran;
  co_return;
}

TEST_CASE("Executor: a poll gives the thread back when its time is up") {
  test::ManualClock clock;
  Executor executor({.clock = &clock});
  Scope scope;
  int ran = 0;
  for (int i = 0; i < 1000; ++i) scope.spawn_on(executor, take_time(clock, ran));
  CHECK(executor.poll({.time = 2'000'000}));
  CHECK(ran > 0);
  CHECK(ran < 1000);
  int polls = 1;
  while (executor.poll({.time = 2'000'000})) ++polls;
  CHECK(ran == 1000);
  CHECK(polls > 2);
  sync_wait(executor, join(scope));
}

TEST_CASE("Executor: a wake that came before the wait ends it") {
  Executor executor;
  executor.wake();
  executor.wait();
  executor.poll();
  executor.wait(executor.now());      // a deadline that has come
  executor.wait(executor.now() - 5);  // or passed
}

bool readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&wait, 1, 0) == 1;
}

Task<void> sleep_a_second(bool& slept) {
  const bool in_time = co_await sleep_for(1s);
  slept = in_time;
}

TEST_CASE("Executor: an embedding loop sees deadlines and wakes") {
  test::ManualClock clock;
  Executor executor({.clock = &clock});
  Scope scope;
  bool slept = false;
  scope.spawn_on(executor, sleep_a_second(slept));
  CHECK(!executor.poll());
  CHECK(!readable(executor.wake_fd()));
  CHECK(!readable(executor.io_fd()));
  REQUIRE(executor.next_deadline());
  CHECK(*executor.next_deadline() > executor.now());
  clock.advance(2s);
  executor.poll();
  CHECK(slept);
  CHECK(!executor.next_deadline());
  executor.wake();
  CHECK(readable(executor.wake_fd()));
  executor.poll();
  CHECK(!readable(executor.wake_fd()));
  sync_wait(executor, join(scope));
}

Task<void> yield_often(int times) {
  for (int i = 0; i < times; ++i) co_await Executor::yield();
}

TEST_CASE("Executor: yielding and spawning again allocate nothing") {
  if (!test::kAllocationsCounted || HEDDLE_TASK_TRACES) return;  // traces keep a table of tasks
  Executor executor;
  sync_wait(executor, yield_often(1));
  const std::size_t before = test::allocations();
  for (int i = 0; i < 100; ++i) sync_wait(executor, yield_often(10));
  CHECK(test::allocations() == before);
}

}  // namespace

}  // namespace heddle
