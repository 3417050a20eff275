#include "native/fork_deque.hpp"

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

TEST_CASE("ForkDeque: the owner takes the newest, a thief the oldest, and it grows") {
  ForkDeque<int> deque(2);
  std::array<int, 6> elements{};
  CHECK(deque.pop() == nullptr);
  CHECK(deque.steal() == nullptr);
  for (int& element : elements) CHECK(deque.push(element));
  CHECK(deque.size() == 6);
  CHECK(deque.pop() == &elements[5]);
  CHECK(deque.steal() == &elements[0]);
  CHECK(deque.steal() == &elements[1]);
  CHECK(deque.pop() == &elements[4]);
  CHECK(deque.pop() == &elements[3]);
  CHECK(deque.pop() == &elements[2]);
  CHECK(deque.pop() == nullptr);
  CHECK(deque.size() == 0);
}

TEST_CASE("ForkDeque: every schedule of an owner and one or two thieves") {
  if (test::kSanitized) return;
  for (const std::size_t thieves : {1, 2}) {
    bool right = true;
    test::Interleavings interleavings(thieves == 1 ? 4 : 2);
    const std::size_t schedules = interleavings.explore([&](auto&& run) {
      ForkDeque<int, test::SteppedAtomic> deque(2);
      std::array<int, 4> seen{};
      const auto saw = [](int* element) {
        if (element != nullptr) ++*element;
      };
      (void)deque.push(seen[0]);
      std::vector<std::function<void()>> threads;
      threads.emplace_back([&] {
        (void)deque.push(seen[1]);
        saw(deque.pop());
        (void)deque.push(seen[2]);
        (void)deque.push(seen[3]);  // may grow it
        saw(deque.pop());
        saw(deque.pop());
      });
      for (std::size_t i = 0; i < thieves; ++i) {
        threads.emplace_back([&] {
          saw(deque.steal());
          saw(deque.steal());
        });
      }
      run(std::move(threads));
      while (int* element = deque.pop()) saw(element);
      right = right && std::all_of(seen.begin(), seen.end(), [](int count) { return count == 1; });
    });
    MESSAGE(schedules << " schedules with " << thieves << " thieves");
    CHECK(schedules > 1000);
    CHECK(right);
  }
}

TEST_CASE("ForkDeque: an owner and thieves under stress") {
  test::Random random(2);
  INFO("seed " << random.seed());
  const int rounds = test::rounds(200);
  for (int round = 0; round < rounds; ++round) {
    constexpr std::size_t kElements = 2000;
    ForkDeque<std::atomic<int>> deque(4);
    std::vector<std::atomic<int>> seen(kElements);
    std::atomic<bool> done{false};
    std::vector<int> pops(kElements);
    for (int& pop : pops) pop = random.between(0, 2);
    {
      std::vector<std::jthread> thieves;
      for (int i = 0; i < 2; ++i) {
        thieves.emplace_back([&] {
          while (!done.load(std::memory_order_acquire)) {
            if (auto* element = deque.steal()) element->fetch_add(1, std::memory_order_relaxed);
          }
        });
      }
      for (std::size_t i = 0; i < kElements; ++i) {
        CHECK(deque.push(seen[i]));
        for (int pop = pops[i]; pop > 1; --pop) {
          if (auto* element = deque.pop()) element->fetch_add(1, std::memory_order_relaxed);
        }
      }
      while (auto* element = deque.pop()) element->fetch_add(1, std::memory_order_relaxed);
      done.store(true, std::memory_order_release);
    }
    REQUIRE(std::all_of(seen.begin(), seen.end(), [](const auto& count) { return count.load() == 1; }));
  }
}

}  // namespace

}  // namespace heddle
