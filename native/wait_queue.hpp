#pragma once

#include <cassert>
#include <coroutine>
#include <utility>

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
// two ways: somebody takes it out of the queue and wakes it, or a stop takes it out and schedules it. Whoever finds it no
// longer queued is late and leaves it alone, so it is made ready once.
class Waiter : public Runnable, private WaitLink {
 public:
  // Where it resumes. Precondition: it has been queued.
  [[nodiscard]] Executor& executor() const noexcept { return *executor_; }

 protected:
  // The end of every await_suspend that waits, under the primitive's mutex.
  void wait_in(class WaitQueue& queue, std::coroutine_handle<> awaiting) noexcept;

  // The end of every await_suspend that need not wait. True: the coroutine has used up its share of this slice,
  // and is ready in place of going on.
  bool gives_way(std::coroutine_handle<> awaiting) noexcept {
    if (Executor::may_go_on()) return false;
    handle = awaiting;
    Executor::here().schedule(*this);
    return true;
  }

  // Whether it was queued, or need not have waited.
  [[nodiscard]] bool waited() const noexcept { return executor_ != nullptr; }

  // What a stop does, under the primitive's mutex. False: it was late, and the waiter is on its way.
  bool stop_waiting(class WaitQueue& queue) noexcept;

  // The start of every await_resume. A waker of another thread holds the mutex until it is done with this
  // waiter, with its executor and with the primitive: after this, all three may be destroyed.
  template <class Mutex>
  void end_wait(Mutex& mutex) noexcept {
    if (!waited()) return;
    mutex.lock();
    mutex.unlock();
  }

 private:
  friend class WaitQueue;

  Executor* executor_ = nullptr;
};

// An awaiter that can be stopped: the one of a wait without a token, which carries nothing for that, with what it takes. It
// needs, beside what every awaiter has: refuse(), which says how a wait ends that was stopped before, and stop(), which
// ends it early and may come late.
template <class Operation>
class [[nodiscard]] Stoppable final : public Operation, private StopCallback {
 public:
  template <class... Arguments>
  explicit Stoppable(StopToken stop, Arguments&&... arguments) noexcept
      : Operation(std::forward<Arguments>(arguments)...), StopCallback(&Stoppable::on_stop), stop_(stop) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  // Somebody of another thread may have woken it before it is linked: it resumes on this thread all the same, later, and a
  // stop is late.
  bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
    if (stop_.stop_requested()) {
      this->refuse();
      return this->gives_way(awaiting);
    }
    if (!Operation::await_suspend(awaiting)) return false;
    if (this->waited()) stop_.link(*this);
    return true;
  }
  [[nodiscard]] auto await_resume() noexcept {
    unlink();
    return Operation::await_resume();
  }

 private:
  static void on_stop(StopCallback& callback) noexcept { static_cast<Stoppable&>(callback).stop(); }

  StopToken stop_;
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
  queue.push(*this);
}

inline bool Waiter::stop_waiting(WaitQueue& queue) noexcept {
  if (after == nullptr) return false;
  queue.remove(*this);
  executor_->schedule(*this);
  return true;
}

}  // namespace heddle::detail
