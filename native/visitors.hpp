#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

namespace heddle {

// The threads that are inside an object which their own call may have set free: what they posted runs and ends, and the
// owner destroys the object, while they still wake somebody up in there. Its destructor waits for them to leave.
class Visitors {
 public:
  class Visit {
   public:
    // Precondition: the object is alive.
    explicit Visit(Visitors& visitors) noexcept : count_(visitors.count_) {
      count_.fetch_add(1, std::memory_order_relaxed);
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() { count_.fetch_sub(1, std::memory_order_release); }

   private:
    std::atomic<std::uint32_t>& count_;
  };

  void wait_until_gone() const noexcept {
    while (count_.load(std::memory_order_acquire) != 0) sched_yield();
  }

 private:
  std::atomic<std::uint32_t> count_{0};
};

}  // namespace heddle
