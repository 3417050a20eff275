#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "native/scope.hpp"
#include "native/sleep.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using std::chrono::milliseconds;
using test::Counted;

struct Fault : std::runtime_error {
  explicit Fault(int by) : std::runtime_error("a child failed"), number(by) {}
  int number;
};

// A scope, and what it must have heard of so far.
struct Twin {
  explicit Twin(Twin* above) : scope(above != nullptr ? above->scope.stop_token() : StopToken()), parent(above) {
    stopped_at = above != nullptr ? above->stopped_at : std::nullopt;
    if (parent != nullptr) parent->below.push_back(this);
  }
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;
  ~Twin() {
    if (parent != nullptr) std::erase(parent->below, this);
  }

  void stop(Nanoseconds now) {
    if (stopped_at) return;
    stopped_at = now;
    for (Twin* twin : below) twin->stop(now);
  }
  void fail(int number, Nanoseconds now) {
    if (error) return;
    error = number;
    stop(now);
  }

  Scope scope;
  Twin* parent;
  std::vector<Twin*> below;
  std::optional<Nanoseconds> stopped_at;
  std::optional<int> error;  // that join() has not thrown yet
  std::size_t live = 0;
};

class Program {
 public:
  Program(test::Simulation& simulation, test::Random& random) : simulation_(simulation), random_(random) {}

  void run() {
    simulation_.run(nest(nullptr, kDeepest, Counted(0)));
    CHECK(open_.empty());
  }

  int failures = 0;
  int stops = 0;  // that a child has seen

 private:
  static constexpr int kDeepest = 3;
  static constexpr int kMostChildren = 300;

  [[nodiscard]] Nanoseconds now() const { return simulation_.executor().now(); }

  // A child of `above`, or the root.
  Task<void> nest(Twin* above, int depth, Counted frame) {
    std::optional<int> failed;
    {
      Twin twin(above);
      open_.push_back(&twin);
      for (int joins = random_.between(1, 2); joins > 0 && !failed; --joins) {
        spawn_some(twin, depth);
        co_await test::pass_turns(random_.between(0, 2));
        try {
          co_await twin.scope.join();
        } catch (const Fault& fault) {
          failed = fault.number;
        }
        CHECK(twin.live == 0);
        CHECK(twin.scope.live() == 0);
        CHECK(failed == std::exchange(twin.error, std::nullopt));
        check_stop(twin);
        if (failed && random_.one_in(2)) failed.reset();  // goes on with a scope that is stopped
      }
      std::erase(open_, &twin);
    }
    CHECK(frame.number() >= 0);
    end_child(above, failed);
  }

  void spawn_some(Twin& twin, int depth) {
    for (int i = random_.between(0, 5); i > 0; --i) spawn_one(twin, depth);
  }

  void spawn_one(Twin& twin, int depth) {
    if (++children_ > kMostChildren) return;
    const int number = children_;
    ++twin.live;
    switch (random_.between(0, 5)) {
      case 0:
      case 1:
        twin.scope.spawn(sleeper(twin, Counted(number)));
        break;
      case 2:
        if (depth > 0) {
          twin.scope.spawn(nest(&twin, depth - 1, Counted(number)));
          break;
        }
        [[fallthrough]];
      case 3:
        twin.scope.spawn(spawner(twin, depth, Counted(number)));
        break;
      default:
        twin.scope.spawn(worker(twin, number, Counted(number)));
    }
    CHECK(twin.scope.live() == twin.live);
  }

  // Ends, fails, or stops any scope there is.
  Task<int> worker(Twin& twin, int number, Counted frame) {
    for (int turns = random_.between(0, 4); turns > 0; --turns) {
      co_await Executor::yield();
      check_stop(twin);
    }
    if (random_.one_in(6)) {
      Twin& any = *open_[random_.between<std::size_t>(0, open_.size() - 1)];
      any.scope.request_stop();
      any.stop(now());
      for (Twin* each : open_) check_stop(*each);
    }
    CHECK(frame.number() == number);
    end_child(&twin, random_.one_in(6) ? std::optional(number) : std::nullopt);
    co_return number;
  }

  Task<void> spawner(Twin& twin, int depth, Counted frame) {
    co_await test::pass_turns(random_.between(0, 2));
    spawn_some(twin, depth);
    check_stop(twin);
    CHECK(frame.number() > 0);
    end_child(&twin, std::nullopt);
  }

  // Either its time comes, or a stop before that.
  Task<void> sleeper(Twin& twin, Counted frame) {
    const milliseconds time(random_.between(1, 20));
    const Nanoseconds wakes = simulation_.executor().deadline_in(time);
    const bool slept = co_await sleep_for(time, twin.scope.stop_token());
    if (slept) {
      CHECK(now() >= wakes);
      CHECK((!twin.stopped_at || *twin.stopped_at >= wakes));
    } else {
      ++stops;
      CHECK(twin.stopped_at == now());
    }
    CHECK(frame.number() > 0);
    end_child(&twin, std::nullopt);
  }

  // The last thing that a child does: the scope hears of it before anything else runs.
  void end_child(Twin* twin, std::optional<int> failed) {
    if (twin != nullptr) {
      --twin->live;
      if (failed) twin->fail(*failed, now());
    }
    if (!failed) return;
    ++failures;
    if (twin != nullptr) throw Fault(*failed);
  }

  void check_stop(Twin& twin) {
    CHECK(twin.scope.stop_token().stop_requested() == twin.stopped_at.has_value());
  }

  test::Simulation& simulation_;
  test::Random& random_;
  std::vector<Twin*> open_;
  int children_ = 0;
};

TEST_CASE("Scope: random programs hear of errors and stops as they should, and leave nothing behind") {
  test::Simulation simulation;
  int failures = 0;
  int stops = 0;
  const int programs = test::rounds(300);
  for (int salt = 0; salt < programs; ++salt) {
    test::Random random(static_cast<std::uint64_t>(salt));
    INFO("HEDDLE_SEED=" << random.seed());
    CAPTURE(salt);
    Program program(simulation, random);
    program.run();
    CHECK(Counted::live() == 0);
    CHECK(simulation.executor().metrics().tasks == 0);
    CHECK(simulation.executor().timers().size() == 0);
    failures += program.failures;
    stops += program.stops;
  }
  CHECK(failures > programs);
  CHECK(stops > programs);
}

}  // namespace

}  // namespace heddle
