#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "native/frame_pool.hpp"
#include "native/ready_queue.hpp"
#include "native/task_trace.hpp"

namespace heddle {

template <class T = void>
class Task;

// Who is told when a spawned task ends. Scope and sync_wait implement it; awaited tasks have none.
class TaskOwner {
 public:
  // Called once, on the executor's thread, with the task at its final suspension point. The owner destroys
  // the frame. `error` is null on success; it lies in the frame, and the owner takes it out before.
  virtual void task_done(std::coroutine_handle<> frame, std::exception_ptr& error) noexcept = 0;

 protected:
  ~TaskOwner() = default;
};

namespace detail {

// The promise is itself the queue node, so that a spawn costs one frame and no wrapper.
class TaskPromiseBase : public Runnable {
 public:
  static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { frame_pool::deallocate(frame, bytes); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> frame) noexcept {
      return frame.promise().tell_end(frame);
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  // Tells whoever waits for the end; resumes what is returned. The frame may be gone then.
  [[nodiscard]] std::coroutine_handle<> tell_end(std::coroutine_handle<> frame) noexcept {
    trace.ended();
    if (!handle) [[likely]]
      return continuation;
    return tell_owner(frame);
  }

  // Whoever destroys a frame that may hold an error calls this before: the frame's own destruction does not.
  void drop_error() noexcept {
    if (error_) [[unlikely]]
      take_error();
  }

#if HEDDLE_TASK_TRACES
  template <class Awaitable>
  auto await_transform(Awaitable&& awaitable, const TaskPlace& at = TaskPlace::current()) {
    trace.waits(at);
    return Traced<Awaitable>(awaitable);
  }
#endif

  // Exactly one party waits for the end. `handle` (of Runnable) tells which: it is null in an awaited task, and the
  // task's own in one that has an owner.
  union {
    std::coroutine_handle<> continuation{};
    TaskOwner* owner;
  };
  [[no_unique_address]] TaskTrace trace;

 protected:
  TaskPromiseBase() noexcept : error_() {}
  ~TaskPromiseBase() {}

  void rethrow_if_failed() {
    if (error_) [[unlikely]]
      rethrow();
  }

 private:
  // Out of line, all three: inlined into a coroutine, they make its every resumption save registers for them.
  [[gnu::noinline]] std::exception_ptr take_error() noexcept { return std::exchange(error_, nullptr); }
  [[gnu::noinline, noreturn]] void rethrow() { std::rethrow_exception(take_error()); }
  [[gnu::noinline]] std::coroutine_handle<> tell_owner(std::coroutine_handle<> frame) noexcept {
    owner->task_done(frame, error_);
    return std::noop_coroutine();
  }

  // Not destroyed with the frame: the check would be in every coroutine's clean-up, and make it save registers.
  union {
    std::exception_ptr error_;
  };
};

template <class T>
class TaskPromise final : public TaskPromiseBase {
 public:
  Task<T> get_return_object(TaskPlace at = TaskPlace::current()) noexcept;
  template <class U>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow_if_failed();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <class T>
class TaskPromise<T&> final : public TaskPromiseBase {
 public:
  Task<T&> get_return_object(TaskPlace at = TaskPlace::current()) noexcept;
  void return_value(T& value) noexcept { value_ = &value; }
  T& take() {
    rethrow_if_failed();
    return *value_;
  }

 private:
  T* value_ = nullptr;
};

template <>
class TaskPromise<void> final : public TaskPromiseBase {
 public:
  Task<void> get_return_object(TaskPlace at = TaskPlace::current()) noexcept;
  void return_void() noexcept {}
  void take() { rethrow_if_failed(); }
};

}  // namespace detail

// A lazy coroutine: nothing runs until it is awaited, spawned into a Scope, or given to sync_wait. The Task
// object owns the frame; destroying a Task that has not started, or has finished, is fine. Destroying one
// that is suspended in the middle is a bug: whoever awaits it holds it, and a Scope holds what it spawned.
// An exception that leaves the body is rethrown where the task is awaited.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  Task() noexcept = default;
  explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      frame_ = std::exchange(other.frame_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { reset(); }

  // Gives the frame to a Scope or another owner, which destroys it.
  [[nodiscard]] std::coroutine_handle<promise_type> release() noexcept { return std::exchange(frame_, nullptr); }

  // For who starts and ends tasks in another way than by awaiting them: when_all and its like.
  [[nodiscard]] std::coroutine_handle<promise_type> frame() const noexcept { return frame_; }

  auto operator co_await() && noexcept {
    struct Awaiter {
      std::coroutine_handle<promise_type> frame;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        frame.promise().continuation = awaiting;
        frame.promise().trace.awaited_by(awaiting);
        return frame;
      }
      T await_resume() { return frame.promise().take(); }
    };
    return Awaiter{frame_};
  }

 private:
  void reset() noexcept {
    if (!frame_) return;
    frame_.promise().drop_error();
    frame_.destroy();
  }

  std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object(TaskPlace at) noexcept {
  trace.made(std::coroutine_handle<TaskPromise>::from_promise(*this), at);
  return Task<T>{std::coroutine_handle<TaskPromise<T>>::from_promise(*this)};
}

template <class T>
Task<T&> TaskPromise<T&>::get_return_object(TaskPlace at) noexcept {
  trace.made(std::coroutine_handle<TaskPromise>::from_promise(*this), at);
  return Task<T&>{std::coroutine_handle<TaskPromise<T&>>::from_promise(*this)};
}

inline Task<void> TaskPromise<void>::get_return_object(TaskPlace at) noexcept {
  trace.made(std::coroutine_handle<TaskPromise>::from_promise(*this), at);
  return Task<void>{std::coroutine_handle<TaskPromise<void>>::from_promise(*this)};
}

}  // namespace detail

}  // namespace heddle
