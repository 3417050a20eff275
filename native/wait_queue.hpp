#pragma once

#include <cassert>
#include <coroutine>

#include "native/executor.hpp"
#include "native/ready_queue.hpp"
#include "native/stop_token.hpp"
#include "native/task_trace.hpp"

namespace heddle::detail {

// Set when it is pushed; `after` is null from then on when it has left.
struct WaitLink {
  WaitLink() noexcept {}
  WaitLink* before;
  WaitLink* after;
};

// A coroutine that waits in a WaitQueue, and the base of every awaiter that does. It ends in exactly one of
// two ways: somebody takes it out of the queue and wakes it, or its stop callback takes it out and schedules
// it. Whoever finds it no longer queued is late and leaves it alone, so it is made ready once.
class Waiter : public Runnable, private WaitLink, public StopCallback {
 public:
  Waiter(StopToken stop, StopCallback::Function on_stop) noexcept : StopCallback(on_stop), stop_(stop) {}

  [[nodiscard]] bool stop_requested() const noexcept { return stop_.stop_requested(); }
  // Where it resumes. Precondition: it has been queued.
  [[nodiscard]] Executor& executor() const noexcept { return *executor_; }

 protected:
  // The end of every await_suspend that waits, under the primitive's mutex. Precondition: no stop was
  // requested.
  void wait_in(class WaitQueue& queue, std::coroutine_handle<> awaiting) noexcept;

  // The end of every await_suspend that need not wait. True: the coroutine has used up its share of this slice,
  // and is ready in place of going on.
  bool gives_way(std::coroutine_handle<> awaiting) noexcept {
    if (Executor::may_go_on()) return false;
    handle = awaiting;
    Executor::here().schedule(*this);
    return true;
  }

  // What a stop callback does, under the primitive's mutex. False: it was late, and the waiter is on its way.
  bool stop_waiting(class WaitQueue& queue) noexcept;

  // The start of every await_resume. A waker of another thread holds the mutex until it is done with this
  // waiter, with its executor and with the primitive: after this, all three may be destroyed.
  template <class Mutex>
  void end_wait(Mutex& mutex) noexcept {
    if (executor_ == nullptr) return;
    unlink();
    mutex.lock();
    mutex.unlock();
  }

 private:
  friend class WaitQueue;

  StopToken stop_;
  Executor* executor_ = nullptr;
};

// Intrusive first-in first-out queue of waiters; any of them can leave. It owns nothing. It goes with the
// primitive it belongs to, which must outlive its waiters: debug builds assert that none is left.
class WaitQueue {
 public:
  WaitQueue() = default;
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;
  ~WaitQueue() {
    check_tasks(empty(), "a primitive was destroyed while a coroutine waits for it; these tasks wait:");
    assert(empty() && "a primitive was destroyed while a coroutine waits for it");
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  // Precondition: not empty.
  [[nodiscard]] Waiter& front() const noexcept { return static_cast<Waiter&>(*first_); }

  void push(Waiter& waiter) noexcept {
    WaitLink& link = waiter;
    if (first_ == nullptr) [[likely]] {
      first_ = link.before = link.after = &link;
      return;
    }
    WaitLink& last = *first_->before;
    link.before = &last;
    link.after = first_;
    last.after = first_->before = &link;
  }
  // Precondition: not empty.
  Waiter& pop() noexcept {
    Waiter& first = front();
    remove(first);
    return first;
  }

 private:
  friend class Waiter;
  void remove(WaitLink& link) noexcept {
    WaitLink* const after = link.after;
    if (after == &link) [[likely]] {
      first_ = nullptr;
    } else {
      link.before->after = after;
      after->before = link.before;
      if (first_ == &link) first_ = after;
    }
    link.after = nullptr;
  }

  // In a circle. A queue of one, which is the usual one, is found and left without a look at anybody else's links.
  WaitLink* first_ = nullptr;
};

inline void Waiter::wait_in(WaitQueue& queue, std::coroutine_handle<> awaiting) noexcept {
  executor_ = &Executor::here();
  handle = awaiting;
  stop_.link(*this);
  queue.push(*this);
}

inline bool Waiter::stop_waiting(WaitQueue& queue) noexcept {
  if (after == nullptr) return false;
  queue.remove(*this);
  executor_->schedule(*this);
  return true;
}

}  // namespace heddle::detail
