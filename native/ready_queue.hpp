#pragma once

#include <coroutine>
#include <cstddef>

namespace heddle {

// A suspended coroutine that can be queued. It lives inside the coroutine's own frame (in the promise or
// in an awaiter), so queueing allocates nothing. A Runnable is in at most one queue at a time; queueing it
// twice corrupts both queues, which debug builds assert.
struct Runnable {
  Runnable* next = nullptr;
  std::coroutine_handle<> handle;
};

// Intrusive first-in first-out queue of one thread. It owns nothing.
class ReadyQueue {
 public:
  ReadyQueue() = default;
  ReadyQueue(const ReadyQueue&) = delete;
  ReadyQueue& operator=(const ReadyQueue&) = delete;

  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  // Counts: a counter would cost every push and pop, and only metrics ask.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const Runnable* each = head_; each != nullptr; each = each->next) ++count;
    return count;
  }
  // The one that was pushed last. Meaningless when the queue is empty.
  [[nodiscard]] const Runnable* last() const noexcept { return tail_; }

  void push(Runnable& runnable) noexcept {
    runnable.next = nullptr;
    if (head_ == nullptr) {
      head_ = &runnable;
    } else {
      tail_->next = &runnable;
    }
    tail_ = &runnable;
  }

  // Precondition: not empty.
  Runnable& pop() noexcept {
    Runnable& front = *head_;
    head_ = front.next;
    return front;
  }

 private:
  Runnable* head_ = nullptr;
  Runnable* tail_ = nullptr;
};

}  // namespace heddle
