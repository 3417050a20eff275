#pragma once

#include <atomic>
#include <cassert>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "native/blocking_pool.hpp"
#include "native/clock.hpp"
#include "native/inbox.hpp"
#include "native/io/backend.hpp"
#include "native/metrics.hpp"
#include "native/pace.hpp"
#include "native/patience.hpp"
#include "native/ready_queue.hpp"
#include "native/scheduler.hpp"
#include "native/seeded_order.hpp"
#include "native/timer_queue.hpp"
#include "native/visitors.hpp"
#include "native/wake_event.hpp"

namespace heddle {

// Runs coroutines, timers and I/O on one thread. It has two drives: run() on a thread of its own, or poll()
// inside somebody else's loop, which waits on io_fd(), wake_fd() and next_deadline() in between.
//
// Only post() and wake() may be called from other threads; everything else belongs to the thread that drives.
// A coroutine resumes only here and never inside the call that made it ready. The executor owns no task:
// Scopes do, and all must have joined before it is destroyed.
//
// However busy the coroutines are, they don't starve what is outside: between two looks at I/O, timers and other
// threads there is a bounded number of resumptions, fewer the longer they take (Pace).
class Executor final : public Scheduler {
 public:
  struct Options {
    io::BackendChoice io = io::BackendChoice::automatic;
    const Clock* clock = nullptr;  // default: Clock::monotonic()
    // Ready coroutines run in a pseudo-random order that the seed decides, in place of first come, first served.
    std::optional<std::uint64_t> seed{};
    // Times every resumption for ExecutorMetrics::longest_poll: about 50 ns each.
    bool measure_polls = false;
  };

  // How much one poll() may do before it hands the thread back.
  struct Budget {
    Nanoseconds time = 500'000;
    std::size_t inline_bytes = std::size_t{1} << 20;  // what one submission may copy on this thread
  };

  Executor() : Executor(Options{}) {}
  explicit Executor(const Options& options);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor();

  // The executor that is running on this thread; null outside of poll() and run(), and on the threads of a pool.
  [[nodiscard]] static Executor* current() noexcept { return current_; }
  // The same for what can only be done there. Anywhere else it is a bug, which debug builds name.
  [[nodiscard]] static Executor& here() noexcept {
    assert(current_ != nullptr && "this belongs to a coroutine that runs on an Executor; a pool's thread has none");
    return *current_;
  }

  // Makes a suspended coroutine ready; it runs after everything that is ready already.
  void schedule(Runnable& runnable) noexcept { ready_.push(runnable); }
  // The same, from any thread.
  void post(Runnable& runnable) noexcept override;
  // Ends the current or next wait of the driver; any thread.
  void wake() noexcept { wake_event_.notify(); }

  // For whoever gives a task to an owner, and for that task's end: the same as schedule(), and counted as a task.
  void begin_task(Runnable& task) noexcept {
    ++tasks_;
    schedule(task);
  }
  void end_task() noexcept { --tasks_; }

  // Takes what other threads posted, completes I/O, fires timers, runs what was ready at entry, hands new I/O to
  // the kernel. Returns true when there is more to do at once: call again before waiting.
  bool poll(const Budget& budget);
  bool poll() { return poll(Budget{}); }

  // Drives until stop(); blocks when idle. Coroutines that become ready run in the same turn, up to the bound.
  void run();
  // Any thread. run() returns after the turn in progress, at once when a coroutine of its own asks; what is queued stays
  // queued.
  void stop() noexcept;
  // Drives until `done`, which a task of this executor sets. It may call end_turn() for that to be noticed at once.
  void run_until(const bool& done);
  void end_turn() noexcept { left_ = 0; }

  // Whether the running coroutine may go on without being suspended. An awaiter that finds its result ready asks this
  // first; when the answer is no, it schedules its coroutine instead, so that one which never has to wait does not keep
  // the thread to itself. True on threads that drive no executor.
  [[nodiscard]] static bool may_go_on() noexcept {
    Executor* const executor = current();
    if (executor == nullptr) return true;
    if (executor->left_ == 0) return false;
    --executor->left_;
    return true;
  }

  // For an embedding loop: readable when poll() has something to do.
  [[nodiscard]] int io_fd() const noexcept { return io_->fd(); }
  [[nodiscard]] int wake_fd() const noexcept { return wake_event_.fd(); }
  // When poll() has a timer to fire, on this executor's clock.
  [[nodiscard]] std::optional<Nanoseconds> next_deadline() const noexcept { return timers_.next_deadline(); }

  // For who waits for another thread, before wait(): looks for a moment whether somebody wakes this executor. True: poll() first.
  // Nobody who wakes it meanwhile has to make a system call. See Patience.
  [[nodiscard]] bool linger() noexcept;
  // Waits until poll() has something to do, or `deadline` on this executor's clock. run() is poll() and wait().
  void wait(std::optional<Nanoseconds> deadline = std::nullopt);

  [[nodiscard]] Nanoseconds now() const noexcept { return clock_->now(); }
  // On this executor's clock; what is too far to be told is as good as never.
  [[nodiscard]] Nanoseconds deadline_in(std::chrono::nanoseconds duration) const noexcept {
    const Nanoseconds start = now();
    Nanoseconds deadline = 0;
    if (!__builtin_add_overflow(start, duration.count(), &deadline)) return deadline;
    return duration.count() > 0 ? std::numeric_limits<Nanoseconds>::max() : start;
  }
  [[nodiscard]] TimerQueue& timers() noexcept { return timers_; }
  [[nodiscard]] io::Backend& io() noexcept { return *io_; }
  [[nodiscard]] const io::Backend& io() const noexcept { return *io_; }
  // Why this I/O backend was chosen; for people.
  [[nodiscard]] const std::string& io_reason() const noexcept { return io_reason_; }
  // Threads for system calls that can only block.
  [[nodiscard]] BlockingPool& blocking() noexcept { return blocking_; }

  // This executor's thread only.
  [[nodiscard]] ExecutorMetrics metrics();

  // `co_await Executor::yield()`: lets everything else that is ready run first.
  [[nodiscard]] static auto yield() noexcept { return Yield(false); }
  // `co_await Executor::cooperate()`: in a long computation, every now and then. Yields when the coroutine has used up
  // its share, and costs a nanosecond when it has not.
  [[nodiscard]] static auto cooperate() noexcept { return Yield(true); }

 private:
  class Running;

  class Yield : Runnable {
   public:
    explicit Yield(bool if_due) noexcept : if_due_(if_due) {}
    [[nodiscard]] bool await_ready() const noexcept { return if_due_ && may_go_on(); }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept {
      handle = awaiting;
      here().schedule(*this);
    }
    void await_resume() const noexcept {}

   private:
    bool if_due_;
  };

  void take_inbox() noexcept;
  void look_outside();
  bool hand_over(std::size_t inline_bytes);
  [[nodiscard]] bool anything_ready() const noexcept { return !ready_.empty() || !order_.empty(); }

  // One look outside, then what is ready and what that makes ready, for one slice. True: there is more to do.
  bool turn();
  void rest();
  // One slice: resumes what is ready until the allowance is used up. True: it ended with `last`.
  bool resume_slice(const Runnable* last);
  // The same where each step is chosen or timed, for at most `most` resumptions.
  void resume_carefully(std::size_t most);
  // What was ready at entry, in slices, unless it gets late.
  void resume_round(Nanoseconds now, Nanoseconds until);
  Nanoseconds end_slice(Nanoseconds began);

  static thread_local constinit Executor* current_;

  ReadyQueue ready_;
  std::uint32_t left_ = 0;  // of the slice's allowance
  bool careful_;
  bool measure_polls_;
  const Clock* clock_;
  Pace pace_;
  std::size_t tasks_ = 0;
  std::uint64_t polls_ = 0;
  std::uint64_t turns_ = 0;
  Nanoseconds longest_turn_ = 0;
  Nanoseconds longest_poll_ = 0;
  Nanoseconds slice_began_ = 0;  // of turn(); 0 after a rest
  SeededOrder order_;
  TimerQueue timers_;
  Inbox<Runnable> inbox_;
  WakeEvent wake_event_;
  Patience patience_;
  BlockingPool blocking_;
  std::unique_ptr<io::Backend> io_;
  std::string io_reason_;
  Visitors visitors_;
  std::atomic<bool> stopping_{false};
};

}  // namespace heddle
