#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <new>

#include "native/executor.hpp"
#include "native/stop_token.hpp"
#include "native/timer_queue.hpp"

namespace heddle {

// `co_await sleep_until(deadline);` on the current executor's clock; nothing can stop it. 40 bytes of the frame.
class [[nodiscard]] Sleep {
 public:
  explicit Sleep(Nanoseconds deadline) noexcept : waits_(&Sleep::on_expiry) {
    waits_.tick = static_cast<std::uint64_t>(deadline);
  }
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    awaiting_ = awaiting;
    Executor::here().timers().add(waits_, static_cast<Nanoseconds>(waits_.tick));
  }
  bool await_resume() const noexcept { return true; }

 private:
  static void on_expiry(Timer& timer) noexcept {
    // The timer has left its queue for good, so its place can be the ready queue's node.
    auto& sleep = *reinterpret_cast<Sleep*>(&timer);
    ::new (&sleep.ready_) Runnable{nullptr, sleep.awaiting_};
    Executor::here().schedule(sleep.ready_);
  }

  union {
    Timer waits_;  // until the timer fires; its `tick` is the deadline until it is added
    Runnable ready_;
  };
  std::coroutine_handle<> awaiting_;
};

// `bool slept = co_await sleep_until(deadline, stop);`: true when the time came, false when it was stopped before.
class [[nodiscard]] StoppableSleep : private Timer, private Runnable, private StopCallback {
 public:
  StoppableSleep(Nanoseconds deadline, StopToken stop) noexcept
      : Timer(&StoppableSleep::on_expiry), StopCallback(&StoppableSleep::on_stop), deadline_(deadline), stop_(stop) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
    if (stop_.stop_requested()) return false;
    handle = awaiting;
    executor_ = &Executor::here();
    stop_.link(*this);
    executor_->timers().add(*this, deadline_);
    return true;
  }
  [[nodiscard]] bool await_resume() const noexcept { return slept_; }

 private:
  static void on_expiry(Timer& timer) noexcept {
    auto& sleep = static_cast<StoppableSleep&>(timer);
    sleep.unlink();
    sleep.slept_ = true;
    sleep.executor_->schedule(sleep);
  }
  static void on_stop(StopCallback& callback) noexcept {
    auto& sleep = static_cast<StoppableSleep&>(callback);
    sleep.executor_->timers().cancel(sleep);
    sleep.executor_->schedule(sleep);
  }

  Nanoseconds deadline_;
  StopToken stop_;
  Executor* executor_ = nullptr;  // a stop may come from outside of poll(), where none is current
  bool slept_ = false;
};

[[nodiscard]] inline Sleep sleep_until(Nanoseconds deadline) noexcept { return Sleep(deadline); }
[[nodiscard]] inline StoppableSleep sleep_until(Nanoseconds deadline, StopToken stop) noexcept {
  return {deadline, stop};
}

[[nodiscard]] inline Sleep sleep_for(std::chrono::nanoseconds duration) noexcept {
  return Sleep(Executor::here().deadline_in(duration));
}
[[nodiscard]] inline StoppableSleep sleep_for(std::chrono::nanoseconds duration, StopToken stop) noexcept {
  return {Executor::here().deadline_in(duration), stop};
}

}  // namespace heddle
