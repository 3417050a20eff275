#pragma once

#include <coroutine>
#include <mutex>

#include "native/stop_token.hpp"
#include "native/wait_domain.hpp"
#include "native/wait_queue.hpp"

namespace heddle {

// Something that has happened or not. Any number of coroutines wait for it; set() makes them all ready, and
// from then on waiting ends at once, until reset().
//
// `bool happened = co_await event.wait(stop);` is false when it was stopped before, and it has not happened. The event must outlive
// its waiters; a waiter may destroy it as soon as its wait has ended, also while the set() that ended it
// returns.
template <class Domain>
class BasicEvent {
 public:
  class [[nodiscard]] Wait : protected detail::Waiter {
   public:
    explicit Wait(BasicEvent& event) noexcept : event_(event) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
      const std::lock_guard guard(event_.mutex_);
      happened_ = event_.set_;
      if (happened_) return gives_way(awaiting);
      wait_in(event_.waiters_, awaiting);
      return true;
    }
    // Without a token it can only have happened.
    bool await_resume() noexcept {
      end_wait(event_.mutex_);
      return happened_;
    }

   protected:
    void refuse() noexcept { happened_ = event_.is_set(); }
    void stop() noexcept {
      const std::lock_guard guard(event_.mutex_);
      stop_waiting(event_.waiters_);
    }

   private:
    friend class BasicEvent;

    BasicEvent& event_;
    bool happened_ = false;
  };

  BasicEvent() = default;
  BasicEvent(const BasicEvent&) = delete;
  BasicEvent& operator=(const BasicEvent&) = delete;

  [[nodiscard]] bool is_set() const noexcept {
    const std::lock_guard guard(mutex_);
    return set_;
  }
  [[nodiscard]] Wait wait() noexcept { return Wait(*this); }
  [[nodiscard]] auto wait(StopToken stop) noexcept { return detail::Stoppable<Wait>(stop, *this); }

  void set() noexcept {
    const std::lock_guard guard(mutex_);
    set_ = true;
    while (!waiters_.empty()) {
      detail::Waiter& waiter = waiters_.pop();
      static_cast<Wait&>(waiter).happened_ = true;
      Domain::wake(waiter);
    }
  }
  void reset() noexcept {
    const std::lock_guard guard(mutex_);
    set_ = false;
  }

 private:
  [[no_unique_address]] mutable typename Domain::Mutex mutex_;
  detail::WaitQueue waiters_;
  bool set_ = false;
};

// For the coroutines of one executor.
using Event = BasicEvent<OneExecutor>;
// Any thread may set, reset and look; each waiter resumes on its own executor.
using SharedEvent = BasicEvent<AnyThread>;

}  // namespace heddle
