#pragma once

#include <concepts>
#include <coroutine>

#include "native/homecoming.hpp"
#include "native/pool_closed.hpp"
#include "native/scheduler.hpp"
#include "native/task.hpp"

namespace heddle {

// `co_await resume_on(pool)`, `co_await resume_on(executor)`: the rest of this task runs there. It goes on at once
// when it is there already.
//
// Only this task moves. Wherever it ends, whoever awaits it resumes where that one was, and a Scope hears of the end on
// its own executor: the structure stays as it was, and the task's frame is destroyed at home. Tasks that it awaits
// begin where it is, and end with it there. What it holds of an executor's (a Scope, an Event, a stop token) it must not
// touch while it is elsewhere. Both schedulers must outlive the task.
//
// Throws PoolClosed when the pool takes no more; the task then stays where it is.
class [[nodiscard]] ResumeOn : private Runnable {
 public:
  explicit ResumeOn(Scheduler& there) noexcept : there_(there) {}

  [[nodiscard]] bool await_ready() const noexcept { return Scheduler::current() == &there_; }
  template <std::derived_from<detail::TaskPromiseBase> Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    handle = awaiting;
    return depart(awaiting.promise());
  }
  void await_resume() const {
    if (refused_) throw PoolClosed();
  }

 private:
  // False: it was refused. After a post the coroutine may be running elsewhere, and this awaiter may be gone.
  bool depart(detail::TaskPromiseBase& task);

  Scheduler& there_;
  bool refused_ = false;
};

[[nodiscard]] inline ResumeOn resume_on(Scheduler& there) noexcept { return ResumeOn(there); }

}  // namespace heddle
