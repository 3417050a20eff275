#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "native/timer_queue.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

constexpr std::uint64_t kTick = std::uint64_t{1} << TimerQueue::kTickBits;

// The wheel beside a sorted map that does the same in the obvious way.
class Pair {
 public:
  Pair(test::Random& random, Nanoseconds start) : random_(random), now_(start), timers_(start) {}

  void step() {
    switch (random_.between(0, 9)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        add(now_ + random_distance());
        break;
      case 5:
      case 6:
        cancel_one();
        break;
      case 7:
        if (const auto next = timers_.next_deadline()) advance(std::max(*next, now_));
        break;
      default:
        advance(now_ + std::abs(random_distance()));
        break;
    }
    check_size_and_deadline();
  }

  void finish() {
    while (!model_.empty()) {
      const auto next = timers_.next_deadline();
      REQUIRE(next);
      advance(std::max(*next, now_));
      check_size_and_deadline();
    }
  }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // tick, order of adding

  struct Watched : Timer {
    Watched(Pair& owner, Nanoseconds when) : Timer(&Watched::on_expiry), pair(owner), deadline(when) {}
    static void on_expiry(Timer& timer) noexcept {
      static_cast<Watched&>(timer).pair.fired(static_cast<Watched&>(timer));
    }
    Pair& pair;
    Nanoseconds deadline;
    Key key;
  };

  // Near and far, past, and exactly on the borders where levels meet.
  Nanoseconds random_distance() {
    const int bits = random_.between(0, 55);
    const Nanoseconds power = Nanoseconds{1} << bits;
    switch (random_.between(0, 4)) {
      case 0:
        return power;
      case 1:
        return power - 1;
      case 2:
        return -random_.between<Nanoseconds>(0, std::min<Nanoseconds>(power, 1'000'000'000));
      default:
        return random_.between<Nanoseconds>(0, power);
    }
  }

  void add(Nanoseconds deadline) {
    auto timer = std::make_unique<Watched>(*this, deadline);
    timers_.add(*timer, deadline);
    const auto positive = static_cast<std::uint64_t>(std::max<Nanoseconds>(deadline, 0));
    const std::uint64_t tick = (positive + kTick - 1) / kTick;
    timer->key = {std::max(tick, static_cast<std::uint64_t>(now_) / kTick), ++added_};
    model_.emplace(timer->key, std::move(timer));
  }

  void cancel_one() {
    if (model_.empty()) return;
    auto victim = model_.lower_bound({static_cast<std::uint64_t>(now_ + std::abs(random_distance())) / kTick, 0});
    if (victim == model_.end()) victim = model_.begin();
    timers_.cancel(*victim->second);
    CHECK(!victim->second->pending());
    model_.erase(victim);
  }

  void advance(Nanoseconds to) {
    now_ = to;
    fired_.clear();
    const std::size_t count = timers_.advance(now_);
    CHECK(count == fired_.size());
    for (const Watched* timer : fired_) {
      REQUIRE(!model_.empty());
      const auto& [key, expected] = *model_.begin();
      REQUIRE(expected.get() == timer);
      REQUIRE(timer->deadline <= now_);
      model_.erase(model_.begin());
    }
    if (!model_.empty()) REQUIRE(model_.begin()->first.first > static_cast<std::uint64_t>(now_) / kTick);
  }

  void check_size_and_deadline() {
    REQUIRE(timers_.size() == model_.size());
    const auto next = timers_.next_deadline();
    REQUIRE(next.has_value() == !model_.empty());
    if (next) REQUIRE(static_cast<std::uint64_t>(*next) <= model_.begin()->first.first * kTick);
  }

  void fired(Watched& timer) { fired_.push_back(&timer); }

  test::Random& random_;
  Nanoseconds now_;
  TimerQueue timers_;
  std::uint64_t added_ = 0;
  std::map<Key, std::unique_ptr<Watched>> model_;
  std::vector<const Watched*> fired_;
};

TEST_CASE("TimerQueue: random programs behave as a sorted map would") {
  for (std::uint64_t program = 0; program < static_cast<std::uint64_t>(test::rounds(300)); ++program) {
    test::Random random(program);
    INFO("HEDDLE_SEED=" << random.seed());
    Pair pair(random, random.between<Nanoseconds>(0, Nanoseconds{1} << random.between(1, 56)));
    for (int i = 0; i < 400; ++i) pair.step();
    pair.finish();
  }
}

}  // namespace

}  // namespace heddle
