#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <functional>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "native/awaited_value.hpp"
#include "native/executor.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"
#include "native/timer_queue.hpp"

namespace heddle {

// What with_timeout came to.
template <class T>
struct Timed {
  bool timed_out;                        // it was told to stop because its time was up, not by `stop`
  std::optional<AwaitedValue<T>> value;  // what the task returned, in time or not; see with_timeout
};

namespace detail {

template <class T>
class [[nodiscard]] WithTimeout final : private Timer {
 public:
  template <class Function, class... Arguments>
  WithTimeout(std::chrono::nanoseconds duration, StopToken stop, Function&& function, Arguments&&... arguments)
      : Timer(&WithTimeout::on_expiry),
        duration_(duration),
        source_(stop),
        task_(std::invoke(std::forward<Function>(function), std::forward<Arguments>(arguments)..., source_.token())) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    executor_ = &Executor::here();
    executor_->timers().add(*this, executor_->deadline_in(duration_));
    return std::move(task_).operator co_await().await_suspend(awaiting);
  }
  Timed<T> await_resume() {
    executor_->timers().cancel(*this);
    try {
      return {timed_out_, take_result(task_)};
    } catch (const std::system_error& error) {
      if (!timed_out_ || error.code() != std::errc::operation_canceled) throw;
      return {timed_out_, std::nullopt};
    }
  }

 private:
  static void on_expiry(Timer& timer) noexcept {
    auto& self = static_cast<WithTimeout&>(timer);
    self.timed_out_ = self.source_.request_stop();
  }

  std::chrono::nanoseconds duration_;
  Executor* executor_ = nullptr;
  StopSource source_;
  Task<T> task_;
  bool timed_out_ = false;
};

template <class Function, class... Arguments>
using TaskValue = typename std::invoke_result_t<Function, Arguments..., StopToken>::value_type;

}  // namespace detail

// Gives a task a time limit: calls `function(arguments..., token)`, awaits the task it returns, and stops the
// token when the time is up or `stop` is. The limit starts at the co_await and may be zero, which still
// starts the task.
//
//   Task<Page> fetch(Url url, StopToken stop);
//   auto [timed_out, page] = co_await with_timeout(50ms, stop, fetch, url);
//
// It always waits for the task to end, so a task that ignores its token is late, and nothing it uses goes
// away too early. What it returns is never lost: a value that came although the time was up is there beside
// `timed_out`. An error is rethrown, except that after the time was up std::errc::operation_canceled only
// means that: then there is no value.
template <class Function, class... Arguments>
  requires std::invocable<Function, Arguments..., StopToken>
[[nodiscard]] auto with_timeout(std::chrono::nanoseconds duration, StopToken stop, Function&& function,
                                Arguments&&... arguments) {
  return detail::WithTimeout<detail::TaskValue<Function, Arguments...>>(
      duration, stop, std::forward<Function>(function), std::forward<Arguments>(arguments)...);
}
template <class Function, class... Arguments>
  requires std::invocable<Function, Arguments..., StopToken>
[[nodiscard]] auto with_timeout(std::chrono::nanoseconds duration, Function&& function, Arguments&&... arguments) {
  return with_timeout(duration, StopToken{}, std::forward<Function>(function), std::forward<Arguments>(arguments)...);
}

}  // namespace heddle
