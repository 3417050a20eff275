#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "native/idle_workers.hpp"
#include "native/inject_queue.hpp"
#include "native/metrics.hpp"
#include "native/resume_on.hpp"
#include "native/scheduler.hpp"
#include "native/stop_flag.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"
#include "native/visitors.hpp"

namespace heddle {

class PoolWorker;

namespace detail {

template <class F>
struct OnPool : std::invoke_result<F&> {};
template <class F>
  requires std::invocable<F&, const StopFlag&>
struct OnPool<F> : std::invoke_result<F&, const StopFlag&> {};

// What a function gives that may look at a StopFlag, or not.
template <class F>
using ResultUnlessStopped = typename OnPool<F>::type;

}  // namespace detail

// Threads for CPU work, with tokio's scheduler: each has a bounded queue of its own and a slot for what it made ready
// last; it takes from the slot (at most a few times in a row), then from its queue, then from the common queue, then it
// steals half of another's queue, then it sleeps. Now and then it looks at the common queue first.
//
//   const Digest digest = co_await pool.run([&] { return hash(bytes); });   // one call there, its result here
//   co_await resume_on(pool); ... co_await resume_on(executor);            // the coroutine itself moves
//   PoolScope                                                               // many tasks, forked and joined there
//
// On its threads Executor::current() is null: what belongs to an executor (I/O, sleeping, Event, Scope and the like)
// is not for a coroutine that runs here, which goes back with resume_on first. A task that is still here when it ends
// goes back by itself.
class WorkStealingPool final : public Scheduler {
 public:
  // Zero: as many threads as this process may use cores.
  explicit WorkStealingPool(std::size_t threads = 0);
  // close(), then runs what is queued, waits for tasks that left for a while, and joins the threads. Not on one of them.
  ~WorkStealingPool();

  // Any thread. From now on run(), resume_on() and PoolScope::spawn() from outside throw PoolClosed; what is here goes on.
  void close() noexcept;

  // `co_await pool.run(function)`: function() on one of the threads, its result or exception here.
  template <class F>
  [[nodiscard]] Task<std::invoke_result_t<F&>> run(F function) {
    co_await resume_on(*this);
    co_return function();
  }
  // The same for work that may become unwanted. A stop before the function begins means that it never does: then
  // std::errc::operation_canceled is thrown. Once it runs, nothing interrupts it; a function that takes a
  // `const StopFlag&` can look there, and decides itself what it returns or throws.
  template <class F>
    requires std::invocable<F&> || std::invocable<F&, const StopFlag&>
  [[nodiscard]] auto run(F function, StopToken stop) -> Task<detail::ResultUnlessStopped<F>> {
    const StopFlag flag(stop);
    co_return co_await run_unless_stopped(std::move(function), flag);
  }

  // From one of its own threads, this is what that thread does next, unless it makes more coroutines ready.
  void post(Runnable& runnable) noexcept override;
  // The same for a task that begins: another thread wakes up for it, if one sleeps. False: it comes from outside, and the pool
  // takes no more.
  [[nodiscard]] bool fork(Runnable& runnable) noexcept;
  [[nodiscard]] bool post_from_outside(Runnable& runnable) noexcept override;

  // The pool whose thread this is, or null.
  [[nodiscard]] static WorkStealingPool* current() noexcept;

  // Any thread. Counters of running threads may be a little behind.
  [[nodiscard]] WorkStealingPoolMetrics metrics() const noexcept;

 private:
  friend class PoolWorker;

  template <class F>
  Task<detail::ResultUnlessStopped<F>> run_unless_stopped(F function, const StopFlag& flag) {
    if (!flag.stop_requested()) co_await resume_on(*this);
    if (flag.stop_requested()) throw std::system_error(std::make_error_code(std::errc::operation_canceled));
    if constexpr (std::invocable<F&, const StopFlag&>) {
      co_return function(flag);
    } else {
      co_return function();
    }
  }

  void task_left() noexcept override { away_.fetch_add(1, std::memory_order_relaxed); }
  void post_returned(Runnable& runnable) noexcept override;
  void task_returned() noexcept override;

  // After work was made visible.
  void wake_one() noexcept;
  [[nodiscard]] bool work_is_visible() const noexcept;
  // Whoever goes to sleep last after close() ends the threads, unless a task is yet to come back.
  void end_if_finished() noexcept;
  void end_threads(std::size_t started) noexcept;

  std::vector<std::unique_ptr<PoolWorker>> workers_;
  InjectQueue inject_;
  IdleWorkers idle_;
  std::atomic<std::size_t> away_{0};  // tasks that belong here and are elsewhere
  std::atomic<bool> closed_{false};
  std::atomic<bool> ended_{false};
  Visitors visitors_;
};

}  // namespace heddle
