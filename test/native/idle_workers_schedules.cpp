#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "native/idle_workers.hpp"
#include "test/native/support/interleavings.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

using Idle = BasicIdleWorkers<test::SteppedAtomic, test::SteppedMutex>;

// A pool with a common queue alone, whose threads go the way of PoolWorker::run until they are busy for good or asleep.
class Pool {
 public:
  static constexpr std::size_t kThreads = 2;

  void post() {
    {
      const std::lock_guard lock(mutex_);
      ++work_;
    }
    wake_one();
  }

  void work(std::size_t worker) {
    for (bool searching = false;;) {
      bool found = take();
      if (!found && !searching) {
        searching = idle_.begin_search();
        found = searching && take();
      }
      if (found) {
        if (searching && idle_.end_search()) wake_one();
        return;
      }
      idle_.begin_sleep(worker, searching);
      if (work_is_visible()) wake_one();
      if (!awake_[worker]) return;
      awake_[worker] = false;
      searching = true;
    }
  }

  // Somebody sleeps, there is work, and nobody has been woken for it.
  [[nodiscard]] bool forgotten() {
    const bool woken = awake_[0] || awake_[1];
    return work_ != 0 && idle_.asleep() != 0 && !woken;
  }

 private:
  bool work_is_visible() {
    const std::lock_guard lock(mutex_);
    return work_ != 0;
  }
  bool take() {
    const std::lock_guard lock(mutex_);
    return work_ != 0 && work_-- != 0;
  }
  void wake_one() {
    if (const auto worker = idle_.to_wake()) awake_[*worker] = true;
  }

  test::SteppedMutex mutex_;
  int work_ = 0;
  Idle idle_{kThreads};
  std::array<bool, kThreads> awake_{};
};

TEST_CASE("IdleWorkers: no schedule of two workers and two posts leaves one asleep beside work") {
  if (test::kSanitized) return;
  bool right = true;
  test::Interleavings interleavings(4);
  const std::size_t schedules = interleavings.explore([&](auto&& run) {
    Pool pool;
    run({[&] { pool.work(0); }, [&] { pool.work(1); },
         [&] {
           pool.post();
           pool.post();
         }});
    right = right && !pool.forgotten();
  });
  MESSAGE(schedules << " schedules");
  CHECK(schedules > 1000);
  CHECK(right);
}

}  // namespace

}  // namespace heddle
