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
// is the last one wakes another, so that more work finds more threads. The last searcher that goes to sleep looks at all
// queues once more, because whoever pushed meanwhile has relied on it.
class IdleWorkers {
 public:
  explicit IdleWorkers(std::size_t threads) : threads_(static_cast<std::uint32_t>(threads)), state_(threads_ << kBits) {
    asleep_.reserve(threads);
  }
  IdleWorkers(const IdleWorkers&) = delete;
  IdleWorkers& operator=(const IdleWorkers&) = delete;

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

  // True: it was the last searcher, and must look at all queues once more.
  [[nodiscard]] bool begin_sleep(std::size_t worker, bool searching) noexcept {
    const std::lock_guard lock(mutex_);
    asleep_.push_back(worker);
    const std::uint32_t before = state_.fetch_sub(kAwake | (searching ? kSearching : 0), std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return searching && (before & kMask) == 1;
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
  std::atomic<std::uint32_t> state_;  // threads awake, threads searching
  std::mutex mutex_;
  std::vector<std::size_t> asleep_;
};

}  // namespace heddle
