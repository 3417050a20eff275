#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include "native/blocking_pool.hpp"
#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/jitter.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

struct Job : BlockingPool::Job {
  explicit Job(std::uint64_t salt) : BlockingPool::Job(&Job::execute), random(salt) {}
  static void execute(BlockingPool::Job& job) noexcept {
    auto& self = static_cast<Job&>(job);
    test::jitter(self.random);
    self.ran.fetch_add(1, std::memory_order_relaxed);
  }
  // Precondition: it has been taken back.

  test::Random random;
  std::atomic<int> ran{0};
  std::atomic<int> withdrawn{0};
};

void check_in_progress(const BlockingPoolMetrics& metrics, std::size_t most_threads, std::size_t jobs) {
  CHECK(metrics.threads <= most_threads);
  CHECK(metrics.idle <= metrics.threads);
  CHECK(metrics.started + metrics.queued <= jobs);
  CHECK(metrics.longest_wait <= metrics.total_wait);
}

// Submits jobs, and takes some of them back.
void submit_and_withdraw(BlockingPool& pool, std::deque<Job>& jobs, test::Random random) {
  std::size_t submitted = 0;
  while (submitted < jobs.size()) {
    switch (random.between(0, 19)) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (submitted != 0) {
          Job& job = jobs[random.between<std::size_t>(0, submitted - 1)];
          if (pool.withdraw(job)) job.withdrawn.fetch_add(1);
        }
        break;
      case 4:
        pool.interrupt();
        break;
      case 5:
        if (!pool.wait_idle(std::chrono::microseconds(random.between(0, 100)))) test::jitter(random);
        break;
      default:
        pool.submit(jobs[submitted++]);
    }
    test::jitter(random);
  }
}

TEST_CASE("BlockingPool: stress, each of many jobs runs once or is taken back once") {
  constexpr std::size_t kThreads = 3;
  int ran = 0;
  int withdrawn = 0;
  for (int round = 0; round < test::rounds(30); ++round) {
    const std::uint64_t salt = static_cast<std::uint64_t>(round) * 10'000;
    test::Random random(salt);
    INFO("HEDDLE_SEED=" << random.seed());
    const auto most_threads = random.between<std::size_t>(1, 4);
    const auto each = random.between<std::size_t>(1, 200);
    std::vector<std::deque<Job>> jobs(kThreads);
    for (std::size_t i = 0; i < kThreads * each; ++i) jobs[i % kThreads].emplace_back(salt + i);
    const bool waits_before_end = random.one_in(2);
    {
      BlockingPool pool(most_threads);
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kThreads; ++i) {
        const test::Random mine(salt + 9'000 + i);
        threads.emplace_back([&pool, &part = jobs[i], mine] { submit_and_withdraw(pool, part, mine); });
      }
      for (int i = 0; i < 20; ++i) check_in_progress(pool.metrics(), most_threads, kThreads * each);
      threads.clear();
      if (waits_before_end) {
        CHECK(pool.wait_idle(std::chrono::seconds(60)));
        const BlockingPoolMetrics metrics = pool.metrics();
        CHECK(metrics.queued == 0);
        CHECK(metrics.idle == metrics.threads);
        std::uint64_t begun = 0;
        for (const auto& part : jobs) {
          for (const Job& job : part) begun += static_cast<std::uint64_t>(job.ran.load());
        }
        CHECK(metrics.started == begun);
      }
    }
    for (const auto& part : jobs) {
      for (const Job& job : part) {
        REQUIRE(job.ran + job.withdrawn == 1);
        ran += job.ran;
        withdrawn += job.withdrawn;
      }
    }
  }
  CHECK(ran > 0);
  CHECK(withdrawn > 0);
}

struct Tally {
  int values = 0;
  int errors = 0;
  int canceled = 0;
};

Task<void> call_often(BlockingPool& pool, test::Random& random, int times, Tally& tally) {
  Executor& executor = *Executor::current();
  for (int i = 0; i < times; ++i) {
    StopSource source;
    Scope scope;
    if (random.one_in(2)) scope.spawn(test::stop_after(random.between(0, 10), source));
    int began = 0;
    const bool fails = random.one_in(4);
    const auto function = [&began, fails, i] {
      ++began;
      if (fails) throw std::runtime_error("a call failed");
      return i;
    };
    bool canceled = false;
    try {
      auto call = pool.run(executor, function, source.token());
      const int result = co_await call;
      CHECK(result == i);
      CHECK_FALSE(fails);
      ++tally.values;
    } catch (const std::runtime_error& error) {
      canceled = dynamic_cast<const std::system_error*>(&error) != nullptr;
      CHECK((canceled || fails));
      ++(canceled ? tally.canceled : tally.errors);
    }
    CHECK(began == (canceled ? 0 : 1));
    if (canceled) CHECK(source.stop_requested());
    co_await scope.join();
  }
}

TEST_CASE("BlockingPool: stress, executors call it and stop some of their calls") {
  constexpr int kTasks = 8;
  std::atomic<int> values{0};
  std::atomic<int> errors{0};
  std::atomic<int> canceled{0};
  const int times = test::rounds(100);
  for (std::uint64_t salt = 0; salt < 4; ++salt) {
    INFO("HEDDLE_SEED=" << test::Random().seed());
    std::deque<Executor> executors(2);
    BlockingPool pool(test::Random(salt).between<std::size_t>(1, 3));
    std::vector<std::jthread> threads;
    for (Executor& executor : executors) {
      const auto mine = salt * 10 + threads.size();
      threads.emplace_back([&, mine] {
        test::Random random(mine);
        Tally tally;
        std::vector<Task<void>> tasks;
        for (int i = 0; i < kTasks; ++i) tasks.push_back(call_often(pool, random, times, tally));
        sync_wait(executor, test::all_of(std::move(tasks)));
        values += tally.values;
        errors += tally.errors;
        canceled += tally.canceled;
      });
    }
    threads.clear();
    CHECK(pool.metrics().queued == 0);
  }
  CHECK(values + errors + canceled == 4 * 2 * kTasks * times);
  CHECK(values > 0);
  CHECK(errors > 0);
  CHECK(canceled > 0);
}

}  // namespace

}  // namespace heddle
