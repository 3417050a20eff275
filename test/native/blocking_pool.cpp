#include "native/blocking_pool.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

Task<std::thread::id> thread_of(BlockingPool& pool) {
  auto call = pool.run(*Executor::current(), [] { return std::this_thread::get_id(); });
  const std::thread::id id = co_await call;
  CHECK(std::this_thread::get_id() != id);
  co_return id;
}

TEST_CASE("BlockingPool: the function runs on a pool thread, the coroutine goes on at home") {
  Executor executor;
  CHECK(sync_wait(executor, thread_of(executor.blocking())) != std::this_thread::get_id());
}

Task<std::string> results(BlockingPool& pool) {
  Executor& executor = *Executor::current();
  auto number = pool.run(executor, [] { return 3; });
  const int three = co_await number;
  auto owned = pool.run(executor, [] { return std::make_unique<int>(4); });
  const std::unique_ptr<int> four = co_await owned;
  int five = 0;
  auto nothing = pool.run(executor, [&five] { five = 5; });
  co_await nothing;
  co_return std::to_string(three) + std::to_string(*four) + std::to_string(five);
}

TEST_CASE("BlockingPool: values, move-only values, and none") {
  Executor executor;
  CHECK(sync_wait(executor, results(executor.blocking())) == "345");
}

Task<void> fail(BlockingPool& pool) {
  auto call = pool.run(*Executor::current(), []() -> int { throw std::runtime_error("on the pool"); });
  co_await call;
}

TEST_CASE("BlockingPool: an exception comes back") {
  Executor executor;
  CHECK_THROWS_WITH_AS(sync_wait(executor, fail(executor.blocking())), "on the pool", std::runtime_error);
}

Task<void> add_one(BlockingPool& pool, std::atomic<int>& total) {
  auto call = pool.run(*Executor::current(), [&total] { total.fetch_add(1, std::memory_order_relaxed); });
  co_await call;
}

Task<void> join(Scope& scope) { co_await scope.join(); }

TEST_CASE("BlockingPool: ten thousand jobs, each once") {
  Executor executor;
  Scope scope;
  std::atomic<int> total{0};
  const int jobs = test::rounds(10'000);
  for (int i = 0; i < jobs; ++i) scope.spawn_on(executor, add_one(executor.blocking(), total));
  sync_wait(executor, join(scope));
  CHECK(total == jobs);
}

struct Job : BlockingPool::Job {
  Job() : BlockingPool::Job(&Job::execute) {}
  static void execute(BlockingPool::Job& job) noexcept { static_cast<Job&>(job).ran.store(true); }
  std::atomic<bool> ran{false};
};

// Holds a pool thread until it is let go.
struct Blocker : BlockingPool::Job {
  Blocker() : BlockingPool::Job(&Blocker::execute) {}
  static void execute(BlockingPool::Job& job) noexcept {
    auto& blocker = static_cast<Blocker&>(job);
    blocker.started.set_value();
    blocker.released.get_future().wait();
  }
  std::promise<void> started;
  std::promise<void> released;
};

TEST_CASE("BlockingPool: jobs beyond the limit wait their turn, first come first served") {
  struct Numbered : BlockingPool::Job {
    Numbered(std::vector<int>& log, int which) : Job(&Numbered::execute), order(log), number(which) {}
    static void execute(BlockingPool::Job& job) noexcept {
      auto& numbered = static_cast<Numbered&>(job);
      numbered.order.push_back(numbered.number);
    }
    std::vector<int>& order;
    int number;
  };
  std::vector<int> order;
  std::deque<Numbered> jobs;
  Blocker blocker;
  {
    BlockingPool pool(1);
    pool.submit(blocker);
    blocker.started.get_future().wait();
    for (int i = 0; i < 10; ++i) pool.submit(jobs.emplace_back(order, i));
    blocker.released.set_value();
  }
  CHECK(order == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

Task<void> stopped_behind(BlockingPool& pool, Blocker& blocker) {
  Executor& executor = *Executor::current();
  StopSource source;
  bool ran = false;
  auto queued = pool.run(executor, [&ran] { ran = true; }, source.token());
  Scope scope;
  const auto stop = [](StopSource& of) -> Task<void> {
    of.request_stop();
    co_return;
  };
  scope.spawn(stop(source));
  CHECK_THROWS_AS(co_await queued, std::system_error);
  co_await scope.join();
  auto never = pool.run(executor, [&ran] { ran = true; }, source.token());
  CHECK_THROWS_AS(co_await never, std::system_error);
  blocker.released.set_value();
  StopSource other;
  auto last = pool.run(executor, [] { return 7; }, other.token());
  const int seven = co_await last;
  CHECK(seven == 7);
  CHECK(!other.stop_requested());
  CHECK(!ran);
}

TEST_CASE("BlockingPool: a function that has not begun never does after a stop") {
  Executor executor;
  Blocker blocker;
  BlockingPool pool(1);
  pool.submit(blocker);
  blocker.started.get_future().wait();
  sync_wait(executor, stopped_behind(pool, blocker));
}

TEST_CASE("BlockingPool: a job that has not started can be taken back, one that runs or ran can't") {
  std::deque<Job> jobs(5);
  Blocker blocker;
  {
    BlockingPool pool(1);
    pool.submit(blocker);
    blocker.started.get_future().wait();
    for (Job& job : jobs) pool.submit(job);
    CHECK(pool.withdraw(jobs[2]));   // from the middle
    CHECK(pool.withdraw(jobs[0]));   // the first
    CHECK(pool.withdraw(jobs[4]));   // the last
    CHECK(!pool.withdraw(jobs[2]));  // twice
    CHECK(!pool.withdraw(blocker));  // runs
    pool.submit(jobs[4]);            // a job may come back
    CHECK(pool.withdraw(jobs[4]));
    blocker.released.set_value();
  }
  CHECK(jobs[1].ran);
  CHECK(jobs[3].ran);
  CHECK(!jobs[0].ran);
  CHECK(!jobs[2].ran);
  CHECK(!jobs[4].ran);
}

TEST_CASE("BlockingPool: its end runs what is queued and joins") {
  std::deque<Job> jobs(100);
  {
    BlockingPool pool(2);
    for (Job& job : jobs) pool.submit(job);
  }
  for (const Job& job : jobs) CHECK(job.ran);
}

TEST_CASE("BlockingPool: a pool that was never used ends at once") {
  BlockingPool pool;
  pool.interrupt();
}

TEST_CASE("BlockingPool: withdrawing races with running, and each job has one end") {
  BlockingPool pool(2);
  const int times = test::rounds(20'000);
  int withdrawn = 0;
  for (int i = 0; i < times; ++i) {
    Job job;
    pool.submit(job);
    if (pool.withdraw(job)) {
      ++withdrawn;
      CHECK(!job.ran);
    } else {
      while (!job.ran) std::this_thread::yield();
    }
  }
  CHECK(withdrawn <= times);
}

// interrupt() may come just before the system call and miss it, so it is repeated until the job has ended.
TEST_CASE("BlockingPool: interrupt ends a blocking system call with EINTR") {
  test::Pipe pipe;
  struct Reader : BlockingPool::Job {
    explicit Reader(int from) : Job(&Reader::execute), fd(from) {}
    static void execute(BlockingPool::Job& job) noexcept {
      auto& reader = static_cast<Reader&>(job);
      char byte = 0;
      reader.error = ::read(reader.fd, &byte, 1) < 0 ? errno : 0;
      reader.ended.store(true, std::memory_order_release);
    }
    int fd;
    int error = 0;
    std::atomic<bool> ended{false};
  };
  Reader reader(pipe.read_end.get());
  BlockingPool pool(1);
  pool.submit(reader);
  while (!reader.ended.load(std::memory_order_acquire)) {
    pool.interrupt();
    std::this_thread::sleep_for(
        std::chrono::milliseconds(1));  // a storm of signals would keep the thread from its lock
  }
  CHECK(reader.error == EINTR);
}

TEST_CASE("BlockingPool: whoever waits for all jobs is told when they have run, or that they have not") {
  BlockingPool pool(1);
  CHECK(pool.wait_idle(std::chrono::nanoseconds(0)));
  std::atomic<bool> go{false};
  struct Waits : BlockingPool::Job {
    explicit Waits(std::atomic<bool>& until) : Job(&Waits::wait), go(until) {}
    static void wait(Job& job) noexcept {
      while (!static_cast<Waits&>(job).go) std::this_thread::yield();
    }
    std::atomic<bool>& go;
  };
  Waits first(go);
  Waits second(go);
  Waits third(go);
  pool.submit(first);
  while (pool.metrics().started == 0) std::this_thread::yield();
  pool.submit(second);
  pool.submit(third);
  CHECK_FALSE(pool.wait_idle(std::chrono::milliseconds(1)));
  CHECK_FALSE(pool.withdraw(first));
  CHECK(pool.withdraw(second));
  CHECK(pool.withdraw(third));
  CHECK_FALSE(pool.withdraw(third));
  go = true;
  CHECK(pool.wait_idle(std::chrono::seconds(60)));
  CHECK(pool.metrics().queued == 0);
}

}  // namespace

}  // namespace heddle
