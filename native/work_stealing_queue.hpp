#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace heddle {

// A bounded queue of one thread, from which other threads may steal: tokio's run queue (Lerche, "Making the Tokio
// scheduler 10x faster", 2019). The owner pushes at the back and takes from the front; a thief takes half of what is
// there, from the front, into its own queue. No locks: the owner never waits for a thief, and of two thieves one gives
// up. `Atomic` is std::atomic but in tests that explore schedules.
//
// The head is two positions in one word. `real` is where the next element is taken; `steal` trails it while a thief
// copies what it has claimed, and no element is pushed over those in between. They are equal when nobody steals.
template <class T, std::uint32_t Capacity = 256, template <class> class Atomic = std::atomic>
class WorkStealingQueue {
  static_assert((Capacity & (Capacity - 1)) == 0, "positions wrap around");

 public:
  WorkStealingQueue() = default;
  WorkStealingQueue(const WorkStealingQueue&) = delete;
  WorkStealingQueue& operator=(const WorkStealingQueue&) = delete;

  // The owner. When the queue is full, its older half and then the element go to `overflow`, called with each in
  // their order; while a thief is at work on a full queue, the element alone. True: nothing overflowed.
  template <class Overflow>
  bool push(T& element, Overflow&& overflow) {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
      const Head head(head_.load(std::memory_order_acquire));
      if (tail - head.steal < Capacity) {
        put(tail, &element);
        tail_.store(tail + 1, std::memory_order_release);
        return true;
      }
      if (head.steal != head.real) break;
      // Claims the older half for ourselves, unless a thief was faster; then there is room.
      constexpr std::uint32_t kHalf = Capacity / 2;
      std::uint64_t expected = head.packed();
      const Head rest(head.real + kHalf, head.real + kHalf);
      if (head_.compare_exchange_strong(expected, rest.packed(), std::memory_order_release,
                                        std::memory_order_relaxed)) {
        for (std::uint32_t i = 0; i < kHalf; ++i) overflow(*get(head.real + i));
        break;
      }
    }
    overflow(element);
    return false;
  }

  // The owner. Null when the queue is empty.
  T* pop() noexcept {
    std::uint64_t packed = head_.load(std::memory_order_acquire);
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
      const Head head(packed);
      if (head.real == tail) return nullptr;
      const bool stealing = head.steal != head.real;
      assert(!stealing || head.steal != head.real + 1);
      const Head next(stealing ? head.steal : head.real + 1, head.real + 1);
      T* const element = get(head.real);
      if (head_.compare_exchange_weak(packed, next.packed(), std::memory_order_acq_rel, std::memory_order_acquire)) {
        return element;
      }
    }
  }

  // A thief, who owns `mine`. Moves half of what is here into `mine`, but for one element, which it returns: null when
  // there is nothing to have, when another thief is at work here, or when `mine` is more than half full.
  // `taken` becomes the number of elements, the returned one included.
  T* steal_into(WorkStealingQueue& mine, std::uint32_t& taken) noexcept {
    const std::uint32_t mine_tail = mine.tail_.load(std::memory_order_relaxed);
    const Head mine_head(mine.head_.load(std::memory_order_acquire));
    taken = 0;
    if (mine_tail - mine_head.steal > Capacity / 2) return nullptr;
    taken = claim_and_copy(mine, mine_tail);
    if (taken == 0) return nullptr;
    T* const last = mine.get(mine_tail + taken - 1);
    if (taken > 1) mine.tail_.store(mine_tail + taken - 1, std::memory_order_release);
    return last;
  }

  // Any thread; may have changed when it returns.
  [[nodiscard]] std::uint32_t size() const noexcept {
    const Head head(head_.load(std::memory_order_acquire));
    const std::uint32_t tail = tail_.load(std::memory_order_acquire);
    const auto count = static_cast<std::int32_t>(tail - head.real);
    return count > 0 ? static_cast<std::uint32_t>(count) : 0;
  }

 private:
  struct Head {
    Head(std::uint32_t steal_at, std::uint32_t real_at) noexcept : steal(steal_at), real(real_at) {}
    explicit Head(std::uint64_t word) noexcept
        : steal(static_cast<std::uint32_t>(word >> 32)), real(static_cast<std::uint32_t>(word)) {}
    [[nodiscard]] std::uint64_t packed() const noexcept { return std::uint64_t{steal} << 32 | real; }
    std::uint32_t steal;
    std::uint32_t real;
  };

  // Head and tail say who may touch a slot; that these are atomic, too, costs nothing and lets tests step through them.
  [[nodiscard]] T* get(std::uint32_t position) const noexcept {
    return slots_[position & (Capacity - 1)].load(std::memory_order_relaxed);
  }
  void put(std::uint32_t position, T* element) noexcept {
    slots_[position & (Capacity - 1)].store(element, std::memory_order_relaxed);
  }

  // (steal == real) -> claimed (real ahead) -> copied (steal == real again). Meanwhile the owner may take elements
  // behind the claimed ones, which moves `real` on.
  std::uint32_t claim_and_copy(WorkStealingQueue& mine, std::uint32_t mine_tail) noexcept {
    std::uint64_t packed = head_.load(std::memory_order_acquire);
    std::uint32_t count = 0;
    std::uint32_t first = 0;
    for (;;) {
      const Head head(packed);
      if (head.steal != head.real) return 0;
      // Too many, if the head is out of date; then it can't be exchanged either.
      const std::uint32_t there = tail_.load(std::memory_order_acquire) - head.real;
      count = there - there / 2;
      if (count == 0) return 0;
      first = head.real;
      const Head claimed(head.steal, head.real + count);
      if (head_.compare_exchange_weak(packed, claimed.packed(), std::memory_order_acq_rel, std::memory_order_acquire)) {
        packed = claimed.packed();
        break;
      }
    }
    for (std::uint32_t i = 0; i < count; ++i) mine.put(mine_tail + i, get(first + i));
    for (;;) {
      const Head head(packed);
      const Head copied(head.real, head.real);
      if (head_.compare_exchange_weak(packed, copied.packed(), std::memory_order_acq_rel, std::memory_order_acquire)) {
        return count;
      }
    }
  }

  alignas(64) Atomic<std::uint64_t> head_{0};
  Atomic<std::uint32_t> tail_{0};
  std::array<Atomic<T*>, Capacity> slots_{};
};

}  // namespace heddle
