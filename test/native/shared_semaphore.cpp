#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "native/scope.hpp"
#include "native/semaphore.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

constexpr std::size_t kPermits = 4;

struct Contest {
  SharedSemaphore semaphore{kPermits};
  std::atomic<std::size_t> taken{0};
  std::atomic<bool> exceeded{false};
  std::atomic<int> served{0};
  std::atomic<int> stopped{0};
};

Task<void> compete(Contest& contest, test::Random& random, int turns) {
  for (int i = 0; i < turns; ++i) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(test::stop_after(random.between(0, 20), source));
    const auto count = random.between<std::size_t>(1, kPermits);
    {
      const auto permits = co_await contest.semaphore.acquire(count, source.token());
      if (permits) {
        if (contest.taken.fetch_add(count) + count > kPermits) contest.exceeded = true;
        co_await test::pass_turns(random.between(0, 2));
        contest.taken -= count;
        ++contest.served;
      } else {
        ++contest.stopped;
      }
    }
    co_await scope.join();
  }
}

TEST_CASE("SharedSemaphore: stress, never more permits than there are, and each request is answered") {
  constexpr int kThreads = 3;
  constexpr int kTasks = 8;
  constexpr int kTurns = test::rounds(200);
  for (std::uint64_t salt = 0; salt < 4; ++salt) {
    CAPTURE(test::Random(salt).seed());
    Contest contest;
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&contest, salt, i] {
        test::Random random(salt * kThreads + static_cast<std::uint64_t>(i));
        Executor executor;
        std::vector<Task<void>> tasks;
        for (int k = 0; k < kTasks; ++k) tasks.push_back(compete(contest, random, kTurns));
        sync_wait(executor, test::all_of(std::move(tasks)));
      });
    }
    threads.clear();
    CHECK(!contest.exceeded);
    CHECK(contest.served + contest.stopped == kThreads * kTasks * kTurns);
    CHECK(contest.served > 0);
    CHECK(contest.semaphore.available() == kPermits);
  }
}

Task<void> take_one(SharedSemaphore& semaphore) {
  const auto permit = co_await semaphore.acquire();
  CHECK(permit);
}

TEST_CASE("SharedSemaphore: a plain thread gives permits") {
  for (int round = 0; round < test::rounds(500); ++round) {
    Executor executor;
    SharedSemaphore semaphore(0);
    const std::jthread giver([&semaphore] { semaphore.release(); });
    sync_wait(executor, take_one(semaphore));
    CHECK(semaphore.available() == 1);
  }
}

}  // namespace

}  // namespace heddle
