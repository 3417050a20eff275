#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>

#include "native/ready_queue.hpp"

namespace heddle {

// Runnables linked in their order, on their way into a queue. It owns nothing.
struct RunnableBatch {
  void push(Runnable& runnable) noexcept {
    runnable.next = nullptr;
    (first != nullptr ? last->next : first) = &runnable;
    last = &runnable;
    ++count;
  }

  Runnable* first = nullptr;
  Runnable* last = nullptr;
  std::size_t count = 0;
};

// What the threads of a pool have in common: a queue for work from outside, and for what does not fit their own.
class InjectQueue {
 public:
  InjectQueue() = default;
  InjectQueue(const InjectQueue&) = delete;
  InjectQueue& operator=(const InjectQueue&) = delete;

  // Any thread, as all below. May be out of date at once.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }

  void push(const RunnableBatch& batch) noexcept {
    const std::lock_guard lock(mutex_);
    append(batch);
  }
  // The same, unless the queue has been closed.
  [[nodiscard]] bool push_if_open(Runnable& runnable) noexcept {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    RunnableBatch one;
    one.push(runnable);
    append(one);
    return true;
  }
  void close() noexcept {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

  // Takes a fair share for one of `threads`, at most `most`: the first is returned, the others go to `take`.
  template <class Take>
  Runnable* pop(std::size_t threads, std::size_t most, Take&& take) noexcept {
    if (size() == 0) return nullptr;
    Runnable* first = nullptr;
    Runnable* end = nullptr;
    {
      const std::lock_guard lock(mutex_);
      const std::size_t size = size_.load(std::memory_order_relaxed);
      if (size == 0) return nullptr;
      std::size_t count = std::min({size / threads + 1, most, size});
      size_.store(size - count, std::memory_order_release);
      first = end = queue_.first;
      while (count-- > 0) end = end->next;
      queue_.first = end;
    }
    for (Runnable* each = first->next; each != end;) {
      Runnable* const next = each->next;
      take(*each);
      each = next;
    }
    return first;
  }

 private:
  void append(const RunnableBatch& batch) noexcept {
    (queue_.first != nullptr ? queue_.last->next : queue_.first) = batch.first;
    queue_.last = batch.last;
    size_.store(size_.load(std::memory_order_relaxed) + batch.count, std::memory_order_release);
  }

  std::mutex mutex_;
  RunnableBatch queue_;
  std::atomic<std::size_t> size_{0};
  bool closed_ = false;
};

}  // namespace heddle
