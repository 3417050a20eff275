#include "native/work_stealing_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "test/native/support/interleavings.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

// What became of each of a few numbered elements.
class Tally {
 public:
  explicit Tally(std::size_t elements) : numbers_(elements), seen_(elements) {
    std::iota(numbers_.begin(), numbers_.end(), std::size_t{0});
  }
  [[nodiscard]] std::size_t& operator[](std::size_t index) { return numbers_[index]; }
  void saw(const std::size_t* element) {
    if (element != nullptr) ++seen_[*element];
  }
  template <class Queue>
  void drain(Queue& queue) {
    while (const std::size_t* element = queue.pop()) saw(element);
  }
  [[nodiscard]] bool each_once() const {
    return std::all_of(seen_.begin(), seen_.end(), [](int count) { return count == 1; });
  }

 private:
  std::vector<std::size_t> numbers_;
  std::vector<int> seen_;
};

TEST_CASE("WorkStealingQueue: first in, first out, and the older half overflows") {
  WorkStealingQueue<std::size_t, 4> queue;
  Tally tally(5);
  std::vector<std::size_t> overflow;
  const auto keep = [&](const std::size_t& element) { overflow.push_back(element); };
  for (std::size_t i = 0; i < 4; ++i) CHECK(queue.push(tally[i], keep));
  CHECK(queue.size() == 4);
  CHECK(!queue.push(tally[4], keep));
  CHECK(overflow == std::vector<std::size_t>{0, 1, 4});
  CHECK(*queue.pop() == 2);
  CHECK(*queue.pop() == 3);
  CHECK(queue.pop() == nullptr);
}

TEST_CASE("WorkStealingQueue: a thief takes half, rounded up") {
  WorkStealingQueue<std::size_t, 8> queue;
  WorkStealingQueue<std::size_t, 8> mine;
  Tally tally(5);
  const auto never = [](std::size_t&) { FAIL("overflow"); };
  for (std::size_t i = 0; i < 5; ++i) queue.push(tally[i], never);
  std::uint32_t taken = 0;
  CHECK(*queue.steal_into(mine, taken) == 2);
  CHECK(taken == 3);
  CHECK(*mine.pop() == 0);
  CHECK(*mine.pop() == 1);
  CHECK(mine.pop() == nullptr);
  CHECK(*queue.pop() == 3);
  CHECK(*queue.pop() == 4);
  CHECK(queue.steal_into(mine, taken) == nullptr);
  CHECK(taken == 0);
}

// Owner and thieves in every order: nothing is lost, nothing is taken twice.
TEST_CASE("WorkStealingQueue: every schedule of an owner and one or two thieves") {
  if (test::kSanitized) return;
  using Queue = WorkStealingQueue<std::size_t, 4, test::SteppedAtomic>;
  for (const std::size_t thieves : {1, 2}) {
    bool right = true;
    test::Interleavings interleavings(thieves == 1 ? 3 : 2);
    const std::size_t schedules = interleavings.explore([&](auto&& run) {
      Queue queue;
      std::array<Queue, 2> others;
      Tally tally(7);
      const auto overflowed = [&](std::size_t& element) { tally.saw(&element); };
      for (std::size_t i = 0; i < 3; ++i) queue.push(tally[i], overflowed);
      std::vector<std::function<void()>> threads;
      threads.emplace_back([&] {
        tally.saw(queue.pop());
        for (std::size_t i = 3; i < 7; ++i) queue.push(tally[i], overflowed);
        tally.saw(queue.pop());
      });
      for (std::size_t i = 0; i < thieves; ++i) {
        threads.emplace_back([&, &mine = others[i]] {
          std::uint32_t taken = 0;
          for (int times = 0; times < 2; ++times) tally.saw(queue.steal_into(mine, taken));
          tally.saw(mine.pop());
        });
      }
      run(std::move(threads));
      tally.drain(queue);
      for (Queue& other : others) tally.drain(other);
      right = right && tally.each_once();
    });
    MESSAGE(schedules << " schedules with " << thieves << " thieves");
    CHECK(schedules > 1000);
    CHECK(right);
  }
}

TEST_CASE("WorkStealingQueue: an owner and thieves under stress") {
  test::Random random(1);
  INFO("seed " << random.seed());
  const int rounds = test::rounds(200);
  for (int round = 0; round < rounds; ++round) {
    constexpr std::size_t kElements = 2000;
    constexpr std::size_t kThieves = 2;
    WorkStealingQueue<std::size_t, 16> queue;
    std::vector<std::size_t> numbers(kElements);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    std::vector<std::atomic<int>> seen(kElements);
    const auto saw = [&](const std::size_t& element) { seen[element].fetch_add(1, std::memory_order_relaxed); };
    std::atomic<bool> done{false};
    std::vector<int> pops(kElements);
    for (int& pop : pops) pop = random.between(0, 2);
    {
      std::vector<std::jthread> thieves;
      for (std::size_t i = 0; i < kThieves; ++i) {
        thieves.emplace_back([&] {
          WorkStealingQueue<std::size_t, 16> mine;
          while (!done.load(std::memory_order_acquire)) {
            std::uint32_t taken = 0;
            if (const std::size_t* element = queue.steal_into(mine, taken)) saw(*element);
            while (const std::size_t* element = mine.pop()) saw(*element);
          }
        });
      }
      for (std::size_t i = 0; i < kElements; ++i) {
        queue.push(numbers[i], saw);
        for (int pop = pops[i]; pop > 1; --pop) {
          if (const std::size_t* element = queue.pop()) saw(*element);
        }
      }
      while (const std::size_t* element = queue.pop()) saw(*element);
      done.store(true, std::memory_order_release);
    }
    REQUIRE(std::all_of(seen.begin(), seen.end(), [](const auto& count) { return count.load() == 1; }));
  }
}

}  // namespace

}  // namespace heddle
