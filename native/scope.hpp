#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include "native/executor.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle {

// A nursery: children run side by side and are joined before the scope goes.
//
//   Scope scope;
//   scope.spawn(child(scope.stop_token()));
//   co_await scope.join();
//
// The first child that fails stops its siblings (they see the stop token) and its exception is rethrown by join().
// Destroying a scope that has live children is a bug and ends the process: their frames would be lost.
class Scope final : private TaskOwner {
 public:
  Scope() = default;
  // A scope whose children are also told to stop when `parent` is.
  explicit Scope(StopToken parent) noexcept : stop_(parent) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() {
    detail::check_tasks(live_ == 0, "a Scope was destroyed before it was joined; these tasks wait:");
    if (live_ != 0) std::terminate();
  }

  // Starts the task: it becomes ready now and runs on the next round of the executor that runs the caller, or of
  // `executor` when the caller is that executor's embedding loop.
  template <class T>
  void spawn(Task<T> task) {
    spawn_on(Executor::here(), std::move(task));
  }
  template <class T>
  void spawn_on(Executor& executor, Task<T> task) {
    const auto frame = task.release();
    auto& promise = frame.promise();
    promise.owner = this;
    promise.handle = frame;
    ++live_;
    executor.begin_task(promise);
  }

  [[nodiscard]] StopToken stop_token() noexcept { return stop_.token(); }
  // Asks all children to stop; join() still waits for them. The scope takes new children, which see the stop.
  void request_stop() noexcept { stop_.request_stop(); }
  [[nodiscard]] std::size_t live() const noexcept { return live_; }

  // Resumes when no child is left; rethrows the first error. One joiner at a time. While somebody joins, only children
  // spawn: what an outsider spawned between the last child's end and the joiner's turn would be left over, and end the
  // process with the scope.
  [[nodiscard]] auto join() noexcept {
    struct Awaiter {
      Scope& scope;
      bool await_ready() const noexcept { return scope.live_ == 0; }
      void await_suspend(std::coroutine_handle<> awaiting) noexcept {
        scope.joiner_.handle = awaiting;
        scope.joining_ = true;
      }
      void await_resume() const {
        if (scope.error_) std::rethrow_exception(std::exchange(scope.error_, nullptr));
      }
    };
    return Awaiter{*this};
  }

 private:
  void task_done(std::coroutine_handle<> frame, std::exception_ptr& error) noexcept override {
    if (error) [[unlikely]]
      fail(std::exchange(error, nullptr));
    frame.destroy();
    Executor& executor = Executor::here();
    executor.end_task();
    if (--live_ == 0 && joining_) {
      joining_ = false;
      executor.schedule(joiner_);
    }
  }

  [[gnu::noinline]] void fail(std::exception_ptr error) noexcept {
    if (error_) return;
    error_ = std::move(error);
    stop_.request_stop();
  }

  StopSource stop_;
  std::exception_ptr error_;
  Runnable joiner_;
  std::size_t live_ = 0;
  bool joining_ = false;
};

}  // namespace heddle
