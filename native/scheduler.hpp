#pragma once

#include "native/ready_queue.hpp"

namespace heddle {

// Where coroutines run: an Executor, or a WorkStealingPool.
class Scheduler {
 public:
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Any thread. The coroutine becomes ready and resumes here, perhaps before this returns. The scheduler must outlive the
  // coroutine's stay; its destructor waits for calls that have not returned yet.
  virtual void post(Runnable& runnable) noexcept = 0;
  // The same for a coroutine that comes from elsewhere. False: this scheduler takes no more of them.
  [[nodiscard]] virtual bool post_from_outside(Runnable& runnable) noexcept {
    post(runnable);
    return true;
  }

  // A task that belongs here runs elsewhere for a while, and comes back: with a coroutine to resume, or without.
  virtual void task_left() noexcept {}
  virtual void post_returned(Runnable& runnable) noexcept { post(runnable); }
  virtual void task_returned() noexcept {}

  // What resumes coroutines on the calling thread; null when nothing does.
  [[nodiscard]] static Scheduler* current() noexcept;

 protected:
  Scheduler() = default;
  ~Scheduler() = default;
};

}  // namespace heddle
