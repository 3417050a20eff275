#pragma once

#include <cassert>
#include <mutex>

#include "native/wait_queue.hpp"

namespace heddle {

// Who may use a primitive. Each primitive is written once and takes one of these as a parameter.

// The coroutines of one executor, and its thread between two polls: no lock, no atomics.
struct OneExecutor {
  struct Mutex {
    void lock() noexcept {}
    void unlock() noexcept {}
  };
  // Precondition: the waiter has left its queue.
  static void wake(detail::Waiter& waiter) noexcept {
    assert((Executor::current() == &waiter.executor() || Executor::current() == nullptr) &&
           "used from two executors: take the Shared form");
    waiter.executor().schedule(waiter);
  }
};

// Coroutines of any executors, and plain threads. A mutex is held for a few pointer writes, for the move of a
// value, and while the waiter's executor is woken (one eventfd write when it sleeps). A waiter resumes on its
// own executor, which must run until then.
struct AnyThread {
  using Mutex = std::mutex;
  // Precondition: the waiter has left its queue; the caller holds the primitive's mutex.
  static void wake(detail::Waiter& waiter) noexcept {
    Executor& executor = waiter.executor();
    if (Executor::current() == &executor) {
      executor.schedule(waiter);
    } else {
      executor.post(waiter);
    }
  }
};

}  // namespace heddle
