#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "native/executor.hpp"
#include "native/resume_on.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

// Two executors and two pools, one of which closes in the middle.
class Places {
 public:
  static constexpr std::size_t kCount = 4;

  explicit Places(Executor& home) : all_{&home, &other_, &pool_, &closing_} {}
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;
  ~Places() {
    other_.stop();
    thread_.join();
  }

  [[nodiscard]] Scheduler& operator[](std::size_t which) const { return *all_[which]; }
  [[nodiscard]] bool is_pool(const Scheduler* place) const { return place == &pool_ || place == &closing_; }
  [[nodiscard]] bool may_refuse(const Scheduler& place) const { return &place == &closing_ && closed_.load(); }
  void close() {
    closed_ = true;
    closing_.close();
  }

 private:
  Executor other_;
  WorkStealingPool pool_{2};
  WorkStealingPool closing_{1};
  std::atomic<bool> closed_{false};
  std::array<Scheduler*, kCount> all_;
  std::thread thread_{[this] { other_.run(); }};
};

struct Fault : std::runtime_error {
  Fault() : std::runtime_error("a traveller failed") {}
};

struct Travels {
  explicit Travels(Executor& home) : places(home) {}
  Places places;
  std::atomic<int> refused{0};
  std::atomic<int> frames{0};
};

// Counts the frames that hold one.
class Counted {
 public:
  explicit Counted(Travels& travels) : live_(travels.frames) { live_.fetch_add(1); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { live_.fetch_sub(1); }

 private:
  std::atomic<int>& live_;
};

void check_here(const Travels& travels, const Scheduler* expected) {
  CHECK(Scheduler::current() == expected);
  CHECK((Executor::current() == nullptr) == travels.places.is_pool(expected));
}

// A stop on the way.
struct Stop {
  std::size_t place;
  bool awaits;  // another that travels
  bool other_fails;
  bool yields;
  std::uint64_t other;  // its seed
};

std::vector<Stop> way_of(std::uint64_t seed, int depth) {
  test::Random random(seed);
  std::vector<Stop> way(random.between<std::size_t>(1, 4));
  std::uint64_t other = seed * 31;
  for (Stop& stop : way) {
    stop = {.place = random.between<std::size_t>(0, Places::kCount - 1),
            .awaits = random.one_in(2) && depth > 0,
            .other_fails = random.one_in(5),
            .yields = random.one_in(4),
            .other = ++other};
  }
  return way;
}

// How many travel, but for those that fail and those below them.
int travellers_of(std::uint64_t seed, int depth) {
  int count = 1;
  for (const Stop& stop : way_of(seed, depth)) {
    if (stop.awaits && !stop.other_fails) count += travellers_of(stop.other, depth - 1);
  }
  return count;
}

// Moves about, awaits others that do the same, and ends wherever it is.
Task<int> travel(Travels& travels, std::uint64_t seed, int depth, bool fails) {
  const Counted counted(travels);
  const Scheduler* here = Scheduler::current();
  int travelled = 1;
  for (const Stop& stop : way_of(seed, depth)) {
    Scheduler& there = travels.places[stop.place];
    try {
      co_await resume_on(there);
      here = &there;
    } catch (const PoolClosed&) {
      CHECK(travels.places.may_refuse(there));
      travels.refused.fetch_add(1);
    }
    check_here(travels, here);
    if (stop.awaits) {
      bool failed = false;
      try {
        travelled += co_await travel(travels, stop.other, depth - 1, stop.other_fails);
      } catch (const Fault&) {
        failed = true;
      }
      CHECK(failed == stop.other_fails);
      check_here(travels, here);
    }
    if (stop.yields && Executor::current() != nullptr) co_await Executor::yield();
  }
  if (fails) throw Fault();
  co_return travelled;
}

Task<int> close_after(Travels& travels, int turns) {
  for (; turns > 0; --turns) co_await Executor::yield();
  travels.places.close();
  co_return 0;
}

constexpr int kDepth = 4;

Task<int> travel_together(Travels& travels, const std::vector<std::uint64_t>& seeds, int turns_until_close) {
  std::vector<Task<int>> tasks;
  for (const std::uint64_t seed : seeds) tasks.push_back(travel(travels, seed, kDepth, false));
  tasks.push_back(close_after(travels, turns_until_close));
  const Scheduler* const home = Scheduler::current();
  const std::vector<int> each = co_await when_all(std::move(tasks));
  check_here(travels, home);
  co_return std::accumulate(each.begin(), each.end(), 0);
}

TEST_CASE("resume_on: stress, trees of tasks that move about find back to whoever awaits them") {
  const int rounds = test::rounds(60);
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto salt = static_cast<std::uint64_t>(round);
    INFO("HEDDLE_SEED=" << test::Random(salt).seed());
    CAPTURE(round);
    test::Random random(salt);
    std::vector<std::uint64_t> seeds(20);
    int expected = 0;
    for (std::uint64_t& seed : seeds) {
      seed = random.between<std::uint64_t>(0, 1'000'000'000);
      expected += travellers_of(seed, kDepth);
    }
    Executor home;
    Travels travels(home);
    CHECK(sync_wait(home, travel_together(travels, seeds, random.between(0, 50))) == expected);
    CHECK(travels.frames == 0);
    CHECK(home.metrics().tasks == 0);
    refused += travels.refused;
  }
  CHECK(refused > 0);
}

}  // namespace

}  // namespace heddle
