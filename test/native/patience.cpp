#include "native/patience.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "native/blocking_pool.hpp"
#include "native/executor.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

// How many looks are left out before the next.
int left_out(Patience& patience) {
  int count = 0;
  while (patience.look() == 0) ++count;
  return count;
}

TEST_CASE("Patience: looks that are in vain become rare, and one that is not makes them usual again") {
  if (!Patience::several_processors()) {
    MESSAGE("skipped: one processor, where nobody looks");
    return;
  }
  Patience patience;
  CHECK(patience.look() == Patience::kLook);
  int before = 0;
  for (int failure = 1; failure <= 8; ++failure) {
    patience.note(false);
    const int now = left_out(patience);
    CHECK(now == 2 * before + 1);
    before = now;
  }
  for (int i = 0; i < 3; ++i) {
    patience.note(false);
    CHECK(left_out(patience) == before);
  }
  patience.note(true);
  CHECK(patience.look() == Patience::kLook);
  patience.note(false);
  CHECK(left_out(patience) == 1);
}

TEST_CASE("look_for: ends when it has come, and when the time is over") {
  int looks = 0;
  CHECK(look_for(1'000'000'000, [&] { return ++looks == 1000; }));
  CHECK(looks == 1000);
  const Nanoseconds start = Clock::monotonic().now();
  CHECK_FALSE(look_for(100'000, [] { return false; }));
  CHECK(Clock::monotonic().now() - start >= 100'000);
}

// Whoever is looked for, asleep or about to be, hears of each: one that is lost is a wait without end.
TEST_CASE("Executor: no wake is lost, whether its thread looks or sleeps") {
  Executor executor;
  const int rounds = test::rounds(20'000);
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::jthread other([&] {
    for (int round = 1; round <= rounds; ++round) {
      for (int waited = 0; asked.load(std::memory_order_acquire) < round; ++waited) {
        if (waited > 200) std::this_thread::yield();
      }
      // Now and then so late that nobody looks any more.
      if (round % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 128));
      answered.store(round, std::memory_order_relaxed);  // wake() publishes it
      executor.wake();
    }
  });
  for (int round = 1; round <= rounds; ++round) {
    asked.store(round, std::memory_order_release);
    for (;;) {
      executor.poll();
      if (answered.load(std::memory_order_relaxed) == round) break;
      if (executor.linger()) continue;
      const Nanoseconds start = executor.now();
      executor.wait(start + 20'000'000'000);
      REQUIRE(executor.now() - start < 20'000'000'000);
    }
  }
}

struct Counting : BlockingPool::Job {
  explicit Counting(std::atomic<int>& runs) : Job(&Counting::count), ran(runs) {}
  static void count(BlockingPool::Job& job) noexcept {
    static_cast<Counting&>(job).ran.fetch_add(1, std::memory_order_release);
  }
  std::atomic<int>& ran;
};

TEST_CASE("BlockingPool: no job is forgotten, whether its threads look or sleep") {
  BlockingPool pool;
  std::atomic<int> ran{0};
  const int rounds = test::rounds(20'000);
  for (int round = 1; round <= rounds; ++round) {
    Counting job(ran);
    pool.submit(job);
    while (ran.load(std::memory_order_acquire) < round) std::this_thread::yield();
    if (round % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 128));
  }
}

}  // namespace

}  // namespace heddle
