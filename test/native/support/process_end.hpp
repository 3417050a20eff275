#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>

#include "native/blocking_pool.hpp"
#include "native/scheduler.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/program.hpp"

namespace heddle::test {

// It ends with that exit code, and neither it nor a sanitizer has anything to say.
inline void check_ends(const Program& program, int exit_code) {
  const ChildOutcome outcome = program.run();
  CAPTURE(outcome.status);
  CHECK(outcome.said == "");
  CHECK(outcome.exited_with(exit_code));
}

// Made before other static objects, it goes after them, and looks at what they have done.
class LastCheck {
 public:
  explicit LastCheck(bool (*fine)()) noexcept : fine_(fine) {}
  LastCheck(const LastCheck&) = delete;
  LastCheck& operator=(const LastCheck&) = delete;
  ~LastCheck() {
    if (!fine_()) _exit(kFailed);
  }

  static constexpr int kFailed = 90;

 private:
  bool (*fine_)();
};

// What the programs count, at any time until the end of the process.
inline constinit std::atomic<int> done{0};

// Made after other objects, it goes before them, and lets those go on that have held the threads until then: so that work is
// queued when a pool goes.
inline constinit std::atomic<bool> ending{false};
class FirstAtEnd {
 public:
  FirstAtEnd() = default;
  FirstAtEnd(const FirstAtEnd&) = delete;
  FirstAtEnd& operator=(const FirstAtEnd&) = delete;
  ~FirstAtEnd() {
    ending = true;
    ending.notify_all();
  }
};

// A coroutine that nobody waits for: it is posted once, and gone when it has ended.
struct Unowned {
  struct promise_type : Runnable {
    Unowned get_return_object() noexcept {
      handle = std::coroutine_handle<promise_type>::from_promise(*this);
      return {*this};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  Runnable& runnable;
};

// `co_await PostedAgain(scheduler)`: later, there.
class PostedAgain : private Runnable {
 public:
  explicit PostedAgain(Scheduler& there) noexcept : there_(there) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle = awaiting;
    there_.post(*this);
  }
  void await_resume() const noexcept {}

 private:
  Scheduler& there_;
};

inline Unowned hold_thread() {
  ending.wait(false);
  co_return;
}
inline Unowned count_after(int turns, Scheduler& there) {
  for (; turns > 0; --turns) co_await PostedAgain(there);
  done.fetch_add(1);
}
inline Unowned count_for_ever(Scheduler& there) {
  for (;;) {
    done.fetch_add(1);
    co_await PostedAgain(there);
  }
}

struct HoldingJob : BlockingPool::Job {
  HoldingJob() noexcept : Job(&HoldingJob::hold) {}
  static void hold(Job&) noexcept { ending.wait(false); }
};
struct CountingJob : BlockingPool::Job {
  CountingJob() noexcept : Job(&CountingJob::count) {}
  static void count(Job&) noexcept { done.fetch_add(1); }
};

// Work for a pool that has so many threads: they are held until the end, and then all is still to be done.
inline void queue_on(WorkStealingPool& pool, int threads, int tasks) {
  for (int i = 0; i < threads; ++i) pool.post(hold_thread().runnable);
  for (int i = 0; i < tasks; ++i) pool.post(count_after(i % 10, pool).runnable);
}
template <std::size_t Threads, std::size_t Count>
struct Jobs {
  std::array<HoldingJob, Threads> holding;
  std::array<CountingJob, Count> counting;

  void queue_on(BlockingPool& pool) {
    for (HoldingJob& job : holding) pool.submit(job);
    for (CountingJob& job : counting) pool.submit(job);
  }
};

}  // namespace heddle::test
