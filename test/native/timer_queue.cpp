#include "native/timer_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "test/native/support/allocations.hpp"

namespace heddle {

namespace {

constexpr Nanoseconds kTick = Nanoseconds{1} << TimerQueue::kTickBits;

struct TestTimer : Timer {
  explicit TestTimer(std::function<void()> body) : Timer(&TestTimer::on_expiry), run(std::move(body)) {}
  static void on_expiry(Timer& timer) noexcept { static_cast<TestTimer&>(timer).run(); }
  std::function<void()> run;
};

TEST_CASE("TimerQueue: a timer fires at its time and not before") {
  TimerQueue timers(0);
  int fired = 0;
  TestTimer timer([&] { ++fired; });
  CHECK(!timers.next_deadline());
  timers.add(timer, 10 * kTick);
  CHECK(timer.pending());
  CHECK(timers.size() == 1);
  CHECK(timers.advance(10 * kTick - 1) == 0);
  CHECK(timers.advance(10 * kTick) == 1);
  CHECK(fired == 1);
  CHECK(!timer.pending());
  CHECK(timers.size() == 0);
  CHECK(timers.advance(1000 * kTick) == 0);
}

TEST_CASE("TimerQueue: a deadline inside a tick is rounded up, never down") {
  TimerQueue timers(0);
  bool fired = false;
  TestTimer timer([&] { fired = true; });
  timers.add(timer, 3 * kTick + 1);
  timers.advance(4 * kTick - 1);
  CHECK(!fired);
  timers.advance(4 * kTick);
  CHECK(fired);
}

TEST_CASE("TimerQueue: a deadline in the past fires at the next advance") {
  TimerQueue timers(1000 * kTick);
  int fired = 0;
  TestTimer now([&] { ++fired; });
  TestTimer past([&] { ++fired; });
  TestTimer negative([&] { ++fired; });
  timers.add(now, 1000 * kTick);
  timers.add(past, 5);
  timers.add(negative, -1'000'000);
  REQUIRE(timers.next_deadline());
  CHECK(*timers.next_deadline() <= 1000 * kTick);
  CHECK(timers.advance(1000 * kTick) == 3);
  CHECK(fired == 3);
}

TEST_CASE("TimerQueue: equal deadlines fire in the order of adding, also across a cascade") {
  TimerQueue timers(0);
  std::vector<int> fired;
  std::deque<TestTimer> all;
  const Nanoseconds when = 5000 * kTick;
  const auto add = [&](int number) {
    all.emplace_back([&fired, number] { fired.push_back(number); });
    timers.add(all.back(), when);
  };
  add(0);  // far away: a high level
  timers.advance(4999 * kTick - 100 * kTick);
  add(1);
  timers.advance(4999 * kTick);
  add(2);  // close: the lowest
  timers.advance(when);
  CHECK(fired == std::vector{0, 1, 2});
}

TEST_CASE("TimerQueue: an earlier deadline fires first, whatever the order of adding and the size of the step") {
  TimerQueue timers(0);
  std::vector<int> fired;
  std::deque<TestTimer> all;
  for (const int tick : {70'000, 3, 300'000, 64, 4096, 63, 4095, 65, 1}) {
    all.emplace_back([&fired, tick] { fired.push_back(tick); });
    timers.add(all.back(), tick * kTick);
  }
  CHECK(timers.advance(1'000'000 * kTick) == 9);
  CHECK(fired == std::vector{1, 3, 63, 64, 65, 4095, 4096, 70'000, 300'000});
}

TEST_CASE("TimerQueue: a crowd that is moved down bit by bit keeps its order, and takes in who comes meanwhile") {
  constexpr int kCrowd = 3000;
  for (const std::uint64_t start : {0, 1, 250, 255}) {
    CAPTURE(start);
    TimerQueue timers(static_cast<Nanoseconds>(start) * kTick);
    std::vector<std::pair<Nanoseconds, int>> fired;
    std::deque<TestTimer> all;
    const auto add = [&](Nanoseconds deadline) {
      const int number = static_cast<int>(all.size());
      all.emplace_back([&fired, deadline, number] { fired.emplace_back(deadline, number); });
      timers.add(all.back(), deadline);
    };
    const auto crowd = [&](int count) {
      for (int i = 0; i < count; ++i) add((280 + i * 7 % 300) * kTick);
    };
    crowd(kCrowd);
    for (std::uint64_t tick = start; tick < 600; ++tick) {
      // Half of the crowd has been moved, then all of it.
      if (tick == start + 3 || tick == start + 20) crowd(100);
      const std::size_t before = fired.size();
      timers.advance(static_cast<Nanoseconds>(tick) * kTick);
      for (std::size_t i = before; i < fired.size(); ++i) {
        CHECK(fired[i].first == static_cast<Nanoseconds>(tick) * kTick);
      }
      if (fired.size() == all.size()) break;
    }
    CHECK(fired.size() == kCrowd + 200);
    CHECK(std::is_sorted(fired.begin(), fired.end()));
    CHECK(timers.size() == 0);
  }
}

TEST_CASE("TimerQueue: cascade borders of every level") {
  for (int level = 0; level < 7; ++level) {
    const std::int64_t border = std::int64_t{1} << (6 * level);
    for (const std::int64_t start : {std::int64_t{0}, border - 1, border * 63, border * 64 - 1}) {
      for (const std::int64_t distance : {border - 1, border, border + 1, border * 63, border * 64}) {
        if (distance == 0) continue;
        CAPTURE(level);
        CAPTURE(start);
        CAPTURE(distance);
        TimerQueue timers(start * kTick);
        int fired = 0;
        TestTimer timer([&] { ++fired; });
        const Nanoseconds when = (start + distance) * kTick;
        timers.add(timer, when);
        REQUIRE(timers.next_deadline());
        CHECK(*timers.next_deadline() <= when);
        timers.advance(when - kTick);
        CHECK(fired == 0);
        timers.advance(when);
        CHECK(fired == 1);
      }
    }
  }
}

// How an event loop uses it: sleep until next_deadline(), advance to that time, no later.
TEST_CASE("TimerQueue: next_deadline leads to the timer in a few steps") {
  constexpr Nanoseconds kYear = Nanoseconds{365} * 24 * 3600 * 1'000'000'000;
  for (const Nanoseconds distance :
       {Nanoseconds{1}, kTick, Nanoseconds{1'000'000}, Nanoseconds{3'600'000'000'000}, kYear, 200 * kYear}) {
    CAPTURE(distance);
    const Nanoseconds start = 12'345'678'901;
    TimerQueue timers(start);
    bool fired = false;
    TestTimer timer([&] { fired = true; });
    timers.add(timer, start + distance);
    int steps = 0;
    Nanoseconds now = start;
    while (!fired) {
      REQUIRE(timers.next_deadline());
      CHECK(*timers.next_deadline() > now);
      now = *timers.next_deadline();
      timers.advance(now);
      REQUIRE(++steps <= 9);
    }
    CHECK(now >= start + distance);
    CHECK(now < start + distance + kTick);
  }
}

TEST_CASE("TimerQueue: the last deadline there is never comes, and is no negative number") {
  constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();
  TimerQueue timers(5);
  TestTimer timer([] {});
  timers.add(timer, kNever);
  for (Nanoseconds now : {Nanoseconds{1'000'000}, kNever / 2, kNever - 10 * kTick}) {
    REQUIRE(timers.next_deadline());
    CHECK(*timers.next_deadline() > 0);
    CHECK(timers.advance(now) == 0);
  }
  REQUIRE(timers.next_deadline());
  CHECK(*timers.next_deadline() > kNever - 10 * kTick);
  timers.cancel(timer);
  CHECK(!timers.next_deadline());
}

TEST_CASE("TimerQueue: cancel takes out, and is harmless when there is nothing to take") {
  TimerQueue timers(0);
  TestTimer timer([] { FAIL("was cancelled"); });
  timers.cancel(timer);
  timers.add(timer, 100 * kTick);
  timers.cancel(timer);
  timers.cancel(timer);
  CHECK(timers.size() == 0);
  CHECK(!timers.next_deadline());
  CHECK(timers.advance(1000 * kTick) == 0);
}

TEST_CASE("TimerQueue: a callback may cancel timers that are due at the same time") {
  TimerQueue timers(0);
  std::vector<int> fired;
  std::deque<TestTimer> all;
  for (int i = 0; i < 4; ++i) {
    all.emplace_back([&, i] {
      fired.push_back(i);
      if (i == 1) timers.cancel(all[2]);
      timers.cancel(all[static_cast<std::size_t>(i)]);  // itself: it has left the queue
    });
    timers.add(all.back(), (10 + i) * kTick);
  }
  CHECK(timers.advance(20 * kTick) == 3);
  CHECK(fired == std::vector{0, 1, 3});
  CHECK(timers.size() == 0);
}

TEST_CASE("TimerQueue: what a callback adds waits for the next advance, also when it is due") {
  TimerQueue timers(0);
  int fired = 0;
  TestTimer again([&] {
    if (++fired < 3) timers.add(again, 0);
  });
  timers.add(again, kTick);
  CHECK(timers.advance(10 * kTick) == 1);
  REQUIRE(timers.next_deadline());
  CHECK(*timers.next_deadline() <= 10 * kTick);
  CHECK(timers.advance(10 * kTick) == 1);
  CHECK(timers.advance(10 * kTick) == 1);
  CHECK(timers.advance(10 * kTick) == 0);
  CHECK(fired == 3);
}

TEST_CASE("TimerQueue: a clock that does not move, or moves back, fires nothing early") {
  TimerQueue timers(100 * kTick);
  bool fired = false;
  TestTimer timer([&] { fired = true; });
  timers.add(timer, 101 * kTick);
  timers.advance(100 * kTick);
  timers.advance(50 * kTick);
  timers.advance(0);
  CHECK(!fired);
  timers.advance(101 * kTick);
  CHECK(fired);
}

TEST_CASE("TimerQueue: what an advance leaves is overdue, in its order, and can be cancelled") {
  TimerQueue timers(0);
  std::vector<int> fired;
  std::deque<TestTimer> all;
  for (int i = 0; i < 10; ++i) all.emplace_back([&fired, i] { fired.push_back(i); });
  for (TestTimer& timer : all) timers.add(timer, kTick);
  CHECK(timers.advance(2 * kTick, 3) == 3);
  CHECK(timers.overdue());
  CHECK(timers.size() == 7);
  CHECK(timers.next_deadline() <= 2 * kTick);
  timers.cancel(all[4]);
  TestTimer late([&fired] { fired.push_back(10); });
  timers.add(late, kTick);
  CHECK(timers.advance(2 * kTick, 5) == 5);
  CHECK(timers.advance(2 * kTick, 5) == 2);
  CHECK(!timers.overdue());
  CHECK(timers.size() == 0);
  CHECK(fired == std::vector<int>{0, 1, 2, 3, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("TimerQueue: adding, firing and cancelling allocate nothing") {
  if (!test::kAllocationsCounted) return;
  TimerQueue timers(0);
  std::deque<TestTimer> all;
  for (int i = 0; i < 1000; ++i) all.emplace_back([] {});
  const std::size_t before = test::allocations();
  Nanoseconds when = 1;
  for (TestTimer& timer : all) timers.add(timer, when += when / 8 + kTick / 3);
  for (std::size_t i = 0; i < all.size(); i += 2) timers.cancel(all[i]);
  while (timers.size() != 0) timers.advance(*timers.next_deadline());
  CHECK(test::allocations() == before);
}

}  // namespace

}  // namespace heddle
