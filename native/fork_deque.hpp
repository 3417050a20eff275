#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace heddle {

// A queue of one thread that forks: the owner pushes and takes at the bottom, so that it works depth first on what is
// still in its cache, and thieves take at the top, where the largest parts are. It is the deque of Chase and Lev (2005)
// with the memory orders of Le, Pop, Cohen and Zappa Nardelli (2013). It grows and never shrinks. `Atomic` is
// std::atomic but in tests that explore schedules.
template <class T, template <class> class Atomic = std::atomic>
class ForkDeque {
 public:
  // `capacity`, to begin with, is a power of two.
  explicit ForkDeque(std::size_t capacity = 256) {
    rings_.push_back(std::make_unique<Ring>(capacity));
    ring_.store(rings_.back().get(), std::memory_order_relaxed);
  }
  ForkDeque(const ForkDeque&) = delete;
  ForkDeque& operator=(const ForkDeque&) = delete;

  // The owner. False: there was no memory to grow, and the element was not taken.
  [[nodiscard]] bool push(T& element) noexcept {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    const std::int64_t top = top_.load(std::memory_order_acquire);
    Ring* ring = ring_.load(std::memory_order_relaxed);
    if (bottom - top >= ring->capacity()) [[unlikely]] {
      ring = grow(*ring, top, bottom);
      if (ring == nullptr) return false;
    }
    ring->put(bottom, &element);
    bottom_.store(bottom + 1, std::memory_order_release);
    return true;
  }

  // The owner. Null when the deque is empty.
  T* pop() noexcept {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    if (bottom < top_.load(std::memory_order_relaxed)) return nullptr;
    Ring& ring = *ring_.load(std::memory_order_relaxed);
    // Claims the bottom, then looks whether thieves got that far: both sides need the total order.
    bottom_.store(bottom, std::memory_order_seq_cst);
    const std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top < bottom) return ring.get(bottom);
    T* last = top == bottom ? ring.get(bottom) : nullptr;
    if (last != nullptr && !take_top(top)) last = nullptr;
    bottom_.store(bottom + 1, std::memory_order_relaxed);
    return last;
  }

  // Any other thread. Null when the deque is empty, or another thief or the owner was faster.
  T* steal() noexcept {
    const std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top >= bottom_.load(std::memory_order_seq_cst)) return nullptr;
    T* const element = ring_.load(std::memory_order_acquire)->get(top);
    return take_top(top) ? element : nullptr;
  }

  // Any thread; may have changed when it returns.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::int64_t top = top_.load(std::memory_order_acquire);
    const std::int64_t count = bottom_.load(std::memory_order_acquire) - top;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

 private:
  class Ring {
   public:
    explicit Ring(std::size_t capacity) : mask_(static_cast<std::int64_t>(capacity) - 1), slots_(capacity) {}
    [[nodiscard]] std::int64_t capacity() const noexcept { return mask_ + 1; }
    [[nodiscard]] T* get(std::int64_t position) const noexcept {
      return slot(position).load(std::memory_order_relaxed);
    }
    void put(std::int64_t position, T* element) noexcept { slot(position).store(element, std::memory_order_relaxed); }

   private:
    Atomic<T*>& slot(std::int64_t position) const noexcept {
      return slots_[static_cast<std::size_t>(position & mask_)];
    }
    std::int64_t mask_;
    mutable std::vector<Atomic<T*>> slots_;
  };

  bool take_top(std::int64_t top) noexcept {
    return top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst, std::memory_order_relaxed);
  }

  // Thieves may still read the old ring, so all are kept; together they are as large as the last.
  [[gnu::noinline]] Ring* grow(const Ring& from, std::int64_t top, std::int64_t bottom) noexcept try {
    auto larger = std::make_unique<Ring>(2 * static_cast<std::size_t>(from.capacity()));
    for (std::int64_t i = top; i < bottom; ++i) larger->put(i, from.get(i));
    rings_.push_back(std::move(larger));
    ring_.store(rings_.back().get(), std::memory_order_release);
    return rings_.back().get();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }

  alignas(64) Atomic<std::int64_t> top_{0};
  alignas(64) Atomic<std::int64_t> bottom_{0};
  Atomic<Ring*> ring_{nullptr};
  std::vector<std::unique_ptr<Ring>> rings_;
};

}  // namespace heddle
