#pragma once

#include <coroutine>
#include <exception>

#include "native/frame_pool.hpp"
#include "native/scheduler.hpp"
#include "native/task.hpp"

namespace heddle::detail {

// Stands in as the owner of a task that runs elsewhere than where it began (its home). When the task has ended there, it
// is sent home, and tells there whom the task would have told: the coroutine that awaits it, or its owner. It is a
// coroutine itself, made when the task leaves, so that nothing can fail when the task ends.
class Homecoming {
 public:
  class promise_type final : public TaskOwner, public Runnable {
   public:
    static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { frame_pool::deallocate(frame, bytes); }

    Homecoming get_return_object() noexcept {
      handle = std::coroutine_handle<promise_type>::from_promise(*this);
      return Homecoming(*this);
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    struct Tell {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> frame) const noexcept {
        return frame.promise().tell();
      }
      void await_resume() const noexcept {}
    };
    Tell final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }

   private:
    friend class Homecoming;
    std::coroutine_handle<> tell() noexcept;
    void give_back() noexcept;
    void task_done(std::coroutine_handle<> frame, std::exception_ptr& error) noexcept override;

    TaskPromiseBase* task_ = nullptr;
    Scheduler* home_ = nullptr;
    bool owned_ = false;
    union {
      std::coroutine_handle<> continuation_{};
      TaskOwner* owner_;
    };
  };

  // Of the task; empty when it is at home.
  [[nodiscard]] static Homecoming of(const TaskPromiseBase& task) noexcept;
  // The suspended task is about to leave `home`. Throws std::bad_alloc, before anything has changed.
  static Homecoming begin(TaskPromiseBase& task, std::coroutine_handle<> frame, Scheduler& home);

  [[nodiscard]] explicit operator bool() const noexcept { return promise_ != nullptr; }
  [[nodiscard]] Scheduler& home() const noexcept { return *promise_->home_; }
  // The task has not left after all, or is about to be back. Afterwards, when it is posted, tell home task_returned().
  void end() noexcept;

 private:
  explicit Homecoming(promise_type& promise) noexcept : promise_(&promise) {}
  Homecoming() noexcept = default;
  static Homecoming make();

  promise_type* promise_ = nullptr;
};

}  // namespace heddle::detail
