#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "cuda/driver.hpp"

namespace heddle::cuda::host {

// What all streams of one host device share. One mutex guards all queues and events: it is held for a few
// instructions at a time, never while bytes move.
struct Engine {
  std::mutex mutex;
  std::condition_variable changed;        // an event was reached, a stream fell idle, or everything is to stop
  std::atomic<bool> stop{false};          // no further work is carried out, on any stream
  std::atomic<Status> dead_of{kSuccess};  // the sticky error, once there is one
  std::size_t inline_bytes = 0;
  std::size_t queue_limit = 0;
  Driver::ProgressHook hook = nullptr;
  void* hook_context = nullptr;

  // Without the mutex.
  void tell_progress() noexcept {
    Driver::ProgressHook tell = nullptr;
    void* context = nullptr;
    {
      const std::lock_guard lock(mutex);
      tell = hook;
      context = hook_context;
    }
    if (tell != nullptr) tell(context);
  }
  // With the mutex.
  void die_of(Status number) noexcept {
    Status alive = kSuccess;
    dead_of.compare_exchange_strong(alive, number);
    stop.store(true);
    changed.notify_all();
  }
};

}  // namespace heddle::cuda::host
