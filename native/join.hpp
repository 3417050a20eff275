#pragma once

#include <cassert>
#include <coroutine>
#include <cstddef>

#include "native/executor.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle::detail {

// Tasks that run side by side while one coroutine waits for all of them to end: the base of the awaiters of
// when_all and when_any, which own the tasks. The tasks' own frames are what is queued and counted; there are
// no wrappers.
class Join : protected TaskOwner, private Runnable {
 public:
  Join(const Join&) = delete;
  Join& operator=(const Join&) = delete;

 protected:
  Join() = default;
  ~Join() = default;

  // Precondition: `children` is not zero, and as many calls of start() follow.
  void begin(std::coroutine_handle<> awaiting, std::size_t children) noexcept {
    executor_ = &Executor::here();
    handle = awaiting;
    live_ = children;
  }
  // The task becomes ready; it runs after everything that is ready already.
  template <class T>
  void start(const Task<T>& child) noexcept {
    assert(child.frame() && "an empty task was awaited");
    auto& promise = child.frame().promise();
    promise.owner = this;
    promise.handle = child.frame();
    promise.trace.awaited_by(handle);
    executor_->begin_task(promise);
  }
  // For task_done(). After the last call of it, `this` may be gone when the executor runs on.
  void child_ended() noexcept {
    executor_->end_task();
    if (--live_ == 0) executor_->schedule(*this);
  }

 private:
  Executor* executor_ = nullptr;
  std::size_t live_ = 0;
};

}  // namespace heddle::detail
