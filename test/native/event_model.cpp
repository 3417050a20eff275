#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "native/event.hpp"
#include "native/scope.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/simulation.hpp"

namespace heddle {

namespace {

enum class Fate { waits, happened, stopped };

// An Event, and beside it who waits and what has become of whom. Every coroutine, and the loop between two polls, sets,
// resets, stops and starts waits as it likes.
class Pair {
 public:
  explicit Pair(test::Random& random) : random_(random) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      act();
      if (random_.one_in(3)) poll();
    }
    for (finishing_ = true;; set()) {
      settle();
      CHECK(due_.empty());
      CHECK(scope_.live() == waiting_.size());
      if (waiting_.empty()) break;
    }
    simulation_.run(join(scope_));
  }

  [[nodiscard]] int ended(Fate fate) const noexcept { return ended_[static_cast<std::size_t>(fate)]; }

 private:
  struct Visitor {
    StopSource* source;
    Fate fate = Fate::waits;
  };

  void act() {
    switch (random_.between(0, 9)) {
      case 0:
        set();
        break;
      case 1:
      case 2:
        event_.reset();
        set_ = false;
        break;
      case 3:
        stop();
        break;
      default:
        if (begun_ < kMostVisitors) begin();
    }
    CHECK(event_.is_set() == set_);
  }

  void begin() {
    ++begun_;
    if (sources_.empty() || random_.one_in(4)) sources_.push_back(std::make_unique<StopSource>());
    StopSource& source = *sources_[random_.between<std::size_t>(0, sources_.size() - 1)];
    scope_.spawn_on(simulation_.executor(), visit(source));
  }

  void set() {
    event_.set();
    set_ = true;
    for (Visitor* visitor : waiting_) decide(*visitor, Fate::happened);
    waiting_.clear();
  }

  void stop() {
    if (sources_.empty()) return;
    StopSource& source = *sources_[random_.between<std::size_t>(0, sources_.size() - 1)];
    source.request_stop();
    std::erase_if(waiting_, [&](Visitor* visitor) {
      if (visitor->source != &source) return false;
      decide(*visitor, Fate::stopped);
      return true;
    });
  }

  void decide(Visitor& visitor, Fate fate) {
    visitor.fate = fate;
    due_.push_back(&visitor);
  }

  // Those that wait resume in the order in which their waits were ended.
  Task<void> visit(StopSource& source) {
    for (int times = random_.between(1, 3); times > 0; --times) {
      Visitor visitor{.source = &source};
      if (set_) {
        visitor.fate = Fate::happened;
      } else if (source.stop_requested()) {
        visitor.fate = Fate::stopped;
      } else {
        waiting_.push_back(&visitor);
      }
      const bool waited = visitor.fate == Fate::waits;
      const bool happened = co_await event_.wait(source.token());
      CHECK(visitor.fate == (happened ? Fate::happened : Fate::stopped));
      if (waited) {
        CHECK(due_.front() == &visitor);
        std::erase(due_, &visitor);
      }
      ++ended_[static_cast<std::size_t>(visitor.fate)];
      if (!finishing_ && random_.one_in(2)) act();
    }
  }

  void poll() { simulation_.executor().poll(); }
  void settle() {
    while (simulation_.executor().poll()) {
    }
  }
  static Task<void> join(Scope& scope) { co_await scope.join(); }

  static constexpr int kMostVisitors = 200;

  test::Random& random_;
  test::Simulation simulation_;
  Event event_;
  bool set_ = false;
  std::vector<std::unique_ptr<StopSource>> sources_;
  std::vector<Visitor*> waiting_;
  std::deque<Visitor*> due_;
  int begun_ = 0;
  bool finishing_ = false;
  int ended_[3] = {};
  Scope scope_;
};

TEST_CASE("Event: random programs end each wait as they should, and in order") {
  int happened = 0;
  int stopped = 0;
  const int programs = test::rounds(200);
  for (int salt = 0; salt < programs; ++salt) {
    test::Random random(static_cast<std::uint64_t>(salt));
    INFO("HEDDLE_SEED=" << random.seed());
    CAPTURE(salt);
    Pair pair(random);
    pair.run(200);
    happened += pair.ended(Fate::happened);
    stopped += pair.ended(Fate::stopped);
  }
  CHECK(happened > 10 * programs);
  CHECK(stopped > 10 * programs);
}

}  // namespace

}  // namespace heddle
