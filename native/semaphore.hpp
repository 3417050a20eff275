#pragma once

#include <coroutine>
#include <cstddef>
#include <mutex>
#include <utility>

#include "native/stop_token.hpp"
#include "native/wait_domain.hpp"
#include "native/wait_queue.hpp"

namespace heddle {

// A number of permits that coroutines take and give back. First come, first served, also for large requests:
// while one waits for eight, nobody behind it gets the one that is there.
//
//   auto permits = co_await semaphore.acquire(2, stop);
//   if (!permits) co_return;  // stopped
//
// Asking for more than there can ever be waits until it is stopped. The semaphore must outlive its permits
// and waiters.
template <class Domain>
class BasicSemaphore {
 public:
  // Holds permits, or nothing. Gives them back when destroyed.
  class [[nodiscard]] Permits {
   public:
    Permits() noexcept = default;
    Permits(Permits&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)), count_(other.count_) {}
    Permits& operator=(Permits&& other) noexcept {
      Permits taken(std::move(other));
      std::swap(semaphore_, taken.semaphore_);
      std::swap(count_, taken.count_);
      return *this;
    }
    ~Permits() { release(); }

    [[nodiscard]] explicit operator bool() const noexcept { return semaphore_ != nullptr; }
    // Gives back early; safe also when it holds nothing.
    void release() noexcept {
      if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->release(count_);
    }
    // Keeps the permits from coming back: the semaphore has that many fewer.
    void forget() noexcept { semaphore_ = nullptr; }

   private:
    friend class BasicSemaphore;
    Permits(BasicSemaphore& semaphore, std::size_t count) noexcept : semaphore_(&semaphore), count_(count) {}

    BasicSemaphore* semaphore_ = nullptr;
    std::size_t count_ = 0;
  };

  class [[nodiscard]] Acquire : protected detail::Waiter {
   public:
    Acquire(BasicSemaphore& semaphore, std::size_t count) noexcept : semaphore_(semaphore), count_(count) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
      const std::lock_guard guard(semaphore_.mutex_);
      acquired_ = semaphore_.take(count_);
      if (acquired_) return gives_way(awaiting);
      wait_in(semaphore_.waiters_, awaiting);
      return true;
    }
    [[nodiscard]] Permits await_resume() noexcept {
      end_wait(semaphore_.mutex_);
      return acquired_ ? Permits(semaphore_, count_) : Permits();
    }

   protected:
    void refuse() noexcept {}
    void stop() noexcept {
      const std::lock_guard guard(semaphore_.mutex_);
      if (stop_waiting(semaphore_.waiters_)) semaphore_.serve();  // those behind it may need less
    }

   private:
    friend class BasicSemaphore;

    BasicSemaphore& semaphore_;
    std::size_t count_;
    bool acquired_ = false;
  };

  explicit BasicSemaphore(std::size_t permits) noexcept : available_(permits) {}
  BasicSemaphore(const BasicSemaphore&) = delete;
  BasicSemaphore& operator=(const BasicSemaphore&) = delete;

  // Empty when it was stopped, also when the stop came before and permits were free.
  [[nodiscard]] Acquire acquire(std::size_t count = 1) noexcept { return {*this, count}; }
  [[nodiscard]] auto acquire(std::size_t count, StopToken stop) noexcept {
    return detail::Stoppable<Acquire>(stop, *this, count);
  }
  // Empty when there are too few, or somebody waits already.
  [[nodiscard]] Permits try_acquire(std::size_t count = 1) noexcept {
    const std::lock_guard guard(mutex_);
    return take(count) ? Permits(*this, count) : Permits();
  }
  // Adds permits, whether or not they were acquired here.
  void release(std::size_t count = 1) noexcept {
    const std::lock_guard guard(mutex_);
    available_ += count;
    serve();
  }
  [[nodiscard]] std::size_t available() const noexcept {
    const std::lock_guard guard(mutex_);
    return available_;
  }

 private:
  bool take(std::size_t count) noexcept {
    if (!waiters_.empty() || count > available_) return false;
    available_ -= count;
    return true;
  }
  void serve() noexcept {
    while (!waiters_.empty()) {
      auto& next = static_cast<Acquire&>(waiters_.front());
      if (next.count_ > available_) return;
      available_ -= next.count_;
      waiters_.pop();
      next.acquired_ = true;
      Domain::wake(next);
    }
  }

  [[no_unique_address]] mutable typename Domain::Mutex mutex_;
  detail::WaitQueue waiters_;
  std::size_t available_;
};

// For the coroutines of one executor.
using Semaphore = BasicSemaphore<OneExecutor>;
// Any thread may acquire, try and release; each waiter resumes on its own executor.
using SharedSemaphore = BasicSemaphore<AnyThread>;

}  // namespace heddle
