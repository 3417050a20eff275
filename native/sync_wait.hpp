#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "native/awaited_value.hpp"
#include "native/executor.hpp"
#include "native/task.hpp"

namespace heddle {

namespace detail {

template <class T>
Task<void> store_result(Task<T> task, std::optional<AwaitedValue<T>>& result) {
  result.emplace(co_await std::move(task));
}

class SyncWaiter final : public TaskOwner {
 public:
  explicit SyncWaiter(Executor& executor) noexcept : executor_(executor) {}

  void run(Task<void> task) {
    const auto frame = task.release();
    frame.promise().owner = this;
    frame.promise().handle = frame;
    executor_.begin_task(frame.promise());
    executor_.run_until(done_);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void task_done(std::coroutine_handle<> frame, std::exception_ptr& error) noexcept override {
    error_ = std::exchange(error, nullptr);
    frame.destroy();
    done_ = true;
    executor_.end_task();
    executor_.end_turn();
  }

  Executor& executor_;
  std::exception_ptr error_;
  bool done_ = false;
};

}  // namespace detail

// The bridge from ordinary code: drives `executor` on this thread until the task has ended, and returns its
// value or throws its exception. Not for use inside a coroutine, nor while another thread drives the
// executor.
template <class T>
T sync_wait(Executor& executor, Task<T> task) {
  detail::SyncWaiter waiter(executor);
  if constexpr (std::is_void_v<T>) {
    waiter.run(std::move(task));
  } else {
    std::optional<AwaitedValue<T>> result;
    waiter.run(detail::store_result(std::move(task), result));
    return std::move(*result);
  }
}

}  // namespace heddle
