#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "native/clock.hpp"
#include "native/metrics.hpp"
#include "native/patience.hpp"
#include "native/ready_queue.hpp"
#include "native/stop_token.hpp"

namespace heddle {

class Executor;

// A few threads for calls that can only block: system calls that the ring can't carry, and slow library calls.
// Threads start when needed, up to the limit; jobs beyond that wait their turn, first come first served.
class BlockingPool {
 public:
  // A job lives with whoever waits for it, and must stay until `run` has been called.
  struct Job {
    using Function = void (*)(Job&) noexcept;

    explicit Job(Function body) noexcept : run(body) {}
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    Function run;  // on a pool thread; the job may be gone when it returns
    Job* previous = nullptr;
    Job* next = nullptr;
    Nanoseconds submitted = 0;
  };

  explicit BlockingPool(std::size_t max_threads = 4) noexcept : max_threads_(max_threads) {}
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  // Runs what is queued, then joins the threads. It may be one of them that ends the pool: by std::exit(), from which its job
  // does not return.
  ~BlockingPool();

  // Any thread. Throws std::system_error only when not even one thread can be started.
  void submit(Job& job);
  // Takes back a job that has not started. False: it is running or done.
  bool withdraw(Job& job) noexcept;
  // Waits until every job has run, but not for longer than that. False: some have not.
  [[nodiscard]] bool wait_idle(std::chrono::nanoseconds timeout);
  // Interrupts the system calls of all running jobs with a signal: they see EINTR and decide what to do. The signal
  // may come just before a call and miss it, so whoever needs the job to end repeats this.
  void interrupt() noexcept;

  // `co_await pool.run(executor, f)`: f() on a pool thread, its result or exception here. f and what it refers to
  // must stay alive until then, which a coroutine's own locals do. The executor must outlive the pool, whose thread
  // may still be waking it when the result is here.
  template <class F>
  [[nodiscard]] auto run(Executor& executor, F function);
  // The same, but a stop before the function has begun means that it never does: then std::errc::operation_canceled is thrown.
  template <class F>
  [[nodiscard]] auto run(Executor& executor, F function, StopToken stop);

  // Any thread.
  [[nodiscard]] BlockingPoolMetrics metrics() const;

 private:
  void work();
  // An idle thread looks for a job before it sleeps; one at a time does. The next job then wakes nobody.
  void look_for_job(std::unique_lock<std::mutex>& lock, Patience& patience);

  const std::size_t max_threads_;
  mutable std::mutex mutex_;
  std::condition_variable available_;
  std::condition_variable rested_;  // no job is queued or running
  Job* head_ = nullptr;
  Job* tail_ = nullptr;
  std::size_t idle_ = 0;
  std::atomic<std::size_t> queued_ = 0;  // changed under the mutex
  bool looking_ = false;
  bool closing_ = false;
  std::uint64_t started_ = 0;
  Nanoseconds total_wait_ = 0;
  Nanoseconds longest_wait_ = 0;
  std::vector<std::jthread> threads_;
};

namespace detail {

void post_to(Executor& executor, Runnable& runnable) noexcept;
void schedule_on(Executor& executor, Runnable& runnable) noexcept;

template <class F>
class BlockingCall : public BlockingPool::Job, public Runnable {
  using Result = std::invoke_result_t<F&>;
  static constexpr bool kVoid = std::is_void_v<Result>;

 public:
  BlockingCall(BlockingPool& pool, Executor& executor, F function)
      : Job(&BlockingCall::execute), pool_(pool), executor_(executor), function_(std::move(function)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    handle = awaiting;
    pool_.submit(*this);
  }
  // The executor's thread. False: the function has begun.
  bool give_up() noexcept {
    if (!pool_.withdraw(*this)) return false;
    schedule_on(executor_, *this);
    return true;
  }
  Result await_resume() {
    if (error_) std::rethrow_exception(error_);
    if constexpr (!kVoid) return std::move(*result_);
  }

 private:
  static void execute(Job& job) noexcept {
    auto& call = static_cast<BlockingCall&>(job);
    try {
      if constexpr (kVoid) {
        call.function_();
      } else {
        call.result_.emplace(call.function_());
      }
    } catch (...) {
      call.error_ = std::current_exception();
    }
    post_to(call.executor_, call);
  }

  BlockingPool& pool_;
  Executor& executor_;
  F function_;
  std::optional<std::conditional_t<kVoid, bool, Result>> result_;
  std::exception_ptr error_;
};

template <class F>
class StoppableBlockingCall final : public BlockingCall<F>, private StopCallback {
 public:
  StoppableBlockingCall(BlockingPool& pool, Executor& executor, F function, StopToken stop)
      : BlockingCall<F>(pool, executor, std::move(function)),
        StopCallback(&StoppableBlockingCall::on_stop),
        stop_(stop),
        given_up_(stop.stop_requested()) {}

  bool await_ready() const noexcept { return given_up_; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    BlockingCall<F>::await_suspend(awaiting);
    stop_.link(*this);
  }
  std::invoke_result_t<F&> await_resume() {
    unlink();
    if (given_up_) throw std::system_error(std::make_error_code(std::errc::operation_canceled));
    return BlockingCall<F>::await_resume();
  }

 private:
  static void on_stop(StopCallback& callback) noexcept {
    auto& call = static_cast<StoppableBlockingCall&>(callback);
    call.given_up_ = call.give_up();
  }

  StopToken stop_;
  bool given_up_;
};

}  // namespace detail

template <class F>
auto BlockingPool::run(Executor& executor, F function) {
  return detail::BlockingCall<F>(*this, executor, std::move(function));
}

template <class F>
auto BlockingPool::run(Executor& executor, F function, StopToken stop) {
  return detail::StoppableBlockingCall<F>(*this, executor, std::move(function), stop);
}

}  // namespace heddle
