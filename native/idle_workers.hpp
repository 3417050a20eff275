#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace heddle {

// Which threads of a pool sleep, and how many look for work: tokio's rules for waking few and losing none.
//
// New work wakes a sleeper only when nobody is searching, since a searcher will find it. A searcher that finds work and
// is the last one wakes another, so that more work finds more threads. Whoever goes to sleep looks at all queues once more:
// those who pushed meanwhile may have relied on a searcher, and that one on this thread being awake.
template <template <class> class Atomic = std::atomic, class Mutex = std::mutex>
class BasicIdleWorkers {
 public:
  explicit BasicIdleWorkers(std::size_t threads) : threads_(static_cast<std::uint32_t>(threads)), state_(threads_ << kBits) {
    asleep_.reserve(threads);
  }
  BasicIdleWorkers(const BasicIdleWorkers&) = delete;
  BasicIdleWorkers& operator=(const BasicIdleWorkers&) = delete;

  // After new work was made visible: the thread to wake, which is counted as searching from now on.
  [[nodiscard]] std::optional<std::size_t> to_wake() noexcept {
    // Orders the push before the look, against a thread that announces its sleep and then looks for work.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (!worth_waking(state_.load(std::memory_order_relaxed))) return std::nullopt;
    const std::lock_guard lock(mutex_);
    if (!worth_waking(state_.load(std::memory_order_relaxed))) return std::nullopt;
    return take_sleeper();
  }

  // The same, also while others search.
  [[nodiscard]] std::optional<std::size_t> any_to_wake() noexcept {
    const std::lock_guard lock(mutex_);
    return take_sleeper();
  }

  // False: enough threads search already.
  [[nodiscard]] bool begin_search() noexcept {
    const std::uint32_t searching = state_.load(std::memory_order_relaxed) & kMask;
    if (2 * searching >= threads_) return false;
    state_.fetch_add(kSearching, std::memory_order_seq_cst);
    return true;
  }
  // True: it was the last one, and should wake another.
  [[nodiscard]] bool end_search() noexcept {
    return (state_.fetch_sub(kSearching, std::memory_order_seq_cst) & kMask) == 1;
  }

  // Before the thread sleeps, which then looks at all queues once more and wakes somebody when it sees work.
  void begin_sleep(std::size_t worker, bool searching) noexcept {
    const std::lock_guard lock(mutex_);
    asleep_.push_back(worker);
    state_.fetch_sub(kAwake | (searching ? kSearching : 0), std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }

  [[nodiscard]] std::size_t asleep() const noexcept {
    return threads_ - (state_.load(std::memory_order_acquire) >> kBits);
  }

 private:
  static constexpr std::uint32_t kBits = 16;
  static constexpr std::uint32_t kMask = (1U << kBits) - 1;
  static constexpr std::uint32_t kSearching = 1;
  static constexpr std::uint32_t kAwake = 1U << kBits;

  std::optional<std::size_t> take_sleeper() noexcept {
    if (asleep_.empty()) return std::nullopt;
    state_.fetch_add(kAwake | kSearching, std::memory_order_seq_cst);
    const std::size_t worker = asleep_.back();
    asleep_.pop_back();
    return worker;
  }
  [[nodiscard]] bool worth_waking(std::uint32_t state) const noexcept {
    return (state & kMask) == 0 && state >> kBits < threads_;
  }

  const std::uint32_t threads_;
  Atomic<std::uint32_t> state_;  // threads awake, threads searching
  Mutex mutex_;
  std::vector<std::size_t> asleep_;
};

using IdleWorkers = BasicIdleWorkers<>;

}  // namespace heddle
