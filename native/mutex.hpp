#pragma once

#include <cassert>
#include <coroutine>
#include <utility>

#include "native/stop_token.hpp"
#include "native/wait_domain.hpp"
#include "native/wait_queue.hpp"

namespace heddle {

// Mutual exclusion between coroutines of one executor across their suspension points. First come, first
// served: an unlock hands the mutex to the one that has waited longest, so nobody can overtake it. For more
// than one executor use a SharedSemaphore of one permit.
//
//   auto lock = co_await mutex.lock(stop);
//   if (!lock) co_return;  // stopped
//
// Locking again while holding it waits for ever. The mutex must outlive its locks and its waiters.
class Mutex {
 public:
  // Holds the mutex, or nothing. Unlocks when destroyed, on the executor's thread.
  class [[nodiscard]] Lock {
   public:
    Lock() noexcept = default;
    Lock(Lock&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
    Lock& operator=(Lock&& other) noexcept {
      Lock taken(std::move(other));
      std::swap(mutex_, taken.mutex_);
      return *this;
    }
    ~Lock() { unlock(); }

    [[nodiscard]] explicit operator bool() const noexcept { return mutex_ != nullptr; }
    // Safe also when it holds nothing.
    void unlock() noexcept {
      if (mutex_ != nullptr) std::exchange(mutex_, nullptr)->hand_over();
    }

   private:
    friend class Mutex;
    explicit Lock(Mutex* mutex) noexcept : mutex_(mutex) {}

    Mutex* mutex_ = nullptr;
  };

  class [[nodiscard]] Acquire : protected detail::Waiter {
   public:
    explicit Acquire(Mutex& mutex) noexcept : mutex_(mutex) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
      acquired_ = !std::exchange(mutex_.locked_, true);
      if (acquired_) return gives_way(awaiting);
      wait_in(mutex_.waiters_, awaiting);
      return true;
    }
    [[nodiscard]] Lock await_resume() noexcept { return Lock(acquired_ ? &mutex_ : nullptr); }

   protected:
    void refuse() noexcept {}
    void stop() noexcept { stop_waiting(mutex_.waiters_); }

   private:
    friend class Mutex;

    Mutex& mutex_;
    bool acquired_ = false;
  };

  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex() { assert(!locked_ && "a mutex was destroyed while it is locked"); }

  // The lock is empty when it was stopped, also when the stop came before and the mutex was free.
  [[nodiscard]] Acquire lock() noexcept { return Acquire(*this); }
  [[nodiscard]] auto lock(StopToken stop) noexcept { return detail::Stoppable<Acquire>(stop, *this); }
  // Empty when somebody holds it.
  [[nodiscard]] Lock try_lock() noexcept { return std::exchange(locked_, true) ? Lock() : Lock(this); }
  [[nodiscard]] bool locked() const noexcept { return locked_; }

 private:
  void hand_over() noexcept {
    if (waiters_.empty()) {
      locked_ = false;
      return;
    }
    detail::Waiter& next = waiters_.pop();
    static_cast<Acquire&>(next).acquired_ = true;
    OneExecutor::wake(next);
  }

  detail::WaitQueue waiters_;
  bool locked_ = false;
};

}  // namespace heddle
