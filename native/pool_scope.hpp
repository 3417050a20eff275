#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

#include "native/pool_closed.hpp"
#include "native/scheduler.hpp"
#include "native/stop_flag.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"
#include "native/work_stealing_pool.hpp"

namespace heddle {

// A nursery whose children run on a WorkStealingPool, side by side and on any of its threads: fork and join.
//
//   PoolScope scope(pool);
//   for (Part& part : parts) scope.spawn(work_on(part));
//   co_await scope.join();
//
// It belongs to one task, which alone spawns and joins, on an executor or on the pool; a child that forks has a scope of
// its own. The first child that fails makes stop_requested() true, which the siblings may look at, and its exception is
// rethrown by join(). Destroying a scope that has not been joined ends the process, unless it has never spawned.
class PoolScope final : private TaskOwner {
 public:
  // With `parent`, which belongs to the executor that the task runs on now, a stop there is a stop here.
  explicit PoolScope(WorkStealingPool& pool, StopToken parent = {}) noexcept : pool_(pool), stop_(parent) {}
  PoolScope(const PoolScope&) = delete;
  PoolScope& operator=(const PoolScope&) = delete;
  ~PoolScope() {
    detail::check_tasks(spawned_ == 0, "a PoolScope was destroyed before it was joined; these tasks wait:");
    if (spawned_ != 0) std::terminate();
  }

  // Throws PoolClosed when the pool takes no more from outside: the task then never starts.
  template <class T>
  void spawn(Task<T> task) {
    const auto frame = task.release();
    auto& promise = frame.promise();
    promise.owner = this;
    promise.handle = frame;
    ++spawned_;
    if (pool_.fork(promise)) [[likely]]
      return;
    --spawned_;
    frame.destroy();
    throw PoolClosed();
  }

  // Any thread.
  void request_stop() noexcept { stop_.request_stop(); }
  [[nodiscard]] bool stop_requested() const noexcept { return stop_.stop_requested(); }

  // Resumes, where it was awaited, when no child is left; rethrows the first error. More may be spawned afterwards.
  [[nodiscard]] auto join() noexcept {
    struct Awaiter {
      explicit Awaiter(PoolScope& of) noexcept : scope(of) {}
      bool await_ready() const noexcept { return scope.spawned_ == 0; }
      bool await_suspend(std::coroutine_handle<> awaiting) noexcept { return scope.wait(awaiting); }
      void await_resume() const { scope.take_result(); }
      PoolScope& scope;
    };
    return Awaiter(*this);
  }

 private:
  // `balance_` is how many children were announced by a joiner less how many have ended: below zero until somebody
  // joins, and zero at the very end. So a spawn touches nothing that the threads share.
  bool wait(std::coroutine_handle<> awaiting) noexcept {
    joiner_.handle = awaiting;
    waits_on_ = Scheduler::current();
    const std::int64_t spawned = spawned_;
    return balance_.fetch_add(spawned, std::memory_order_acq_rel) + spawned != 0;
  }
  void take_result() {
    spawned_ = 0;
    failed_.store(false, std::memory_order_relaxed);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  }

  // On any thread of the pool. Once it has been counted, this child must not touch the scope, unless it was the last.
  void task_done(std::coroutine_handle<> frame, std::exception_ptr& error) noexcept override {
    if (error) [[unlikely]]
      fail(std::exchange(error, nullptr));
    frame.destroy();
    if (balance_.fetch_sub(1, std::memory_order_acq_rel) == 1) waits_on_->post(joiner_);
  }
  [[gnu::noinline]] void fail(std::exception_ptr error) noexcept {
    if (failed_.exchange(true, std::memory_order_relaxed)) return;
    error_ = std::move(error);
    request_stop();
  }

  WorkStealingPool& pool_;
  StopFlag stop_;
  std::int64_t spawned_ = 0;  // and not yet joined
  Scheduler* waits_on_ = nullptr;
  Runnable joiner_;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
  std::atomic<std::int64_t> balance_{0};
};

}  // namespace heddle
