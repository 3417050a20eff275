#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle {

class HostedTasks;

// A task that ordinary code starts and cannot await. A derived class makes the coroutine, keeps its value, and passes
// the result on.
class HostedTask {
 public:
  HostedTask(const HostedTask&) = delete;
  HostedTask& operator=(const HostedTask&) = delete;
  virtual ~HostedTask() = default;

  // Asks it for an early end; on the host's thread. It is settled when it has ended, as ever. Does nothing before the task
  // has been started.
  void request_stop() noexcept;

  // It has ended: called once, on the host's thread, outside of every coroutine.
  virtual void settle() noexcept = 0;

 protected:
  HostedTask() = default;
  // What left run(); null when nothing did.
  [[nodiscard]] std::exception_ptr& error() noexcept { return error_; }

 private:
  friend class HostedTasks;
  virtual Task<void> run(StopToken stop) = 0;

  Executor* executor_ = nullptr;
  std::optional<StopSource> stop_;
  std::exception_ptr error_;
  std::unique_ptr<HostedTask> next_;
};

// An executor inside a loop that is not ours (its host: Node's event loop, say), and the tasks that the host's thread
// starts on it. All calls are the host's thread's. The host calls pump() when it is about to wait, when executor().io_fd()
// or wake_fd() is readable, and at next_deadline().
class HostedTasks {
 public:
  // Called by pump() when tasks have ended: settles what take_ended() gives, until that is null. May start tasks and stop
  // them.
  using Settle = std::function<void()>;

  HostedTasks(const Executor::Options& options, Settle settle) : executor_(options), settle_(std::move(settle)) {}
  HostedTasks(const HostedTasks&) = delete;
  HostedTasks& operator=(const HostedTasks&) = delete;
  ~HostedTasks() { close(); }

  [[nodiscard]] Executor& executor() noexcept { return executor_; }
  // Whether any task has started and not ended.
  [[nodiscard]] bool busy() const noexcept { return scope_.live() != 0; }

  // The task begins in the next pump(), which is woken for it, and is kept until it has been settled. After close() it
  // is dropped.
  void start(std::unique_ptr<HostedTask> task);
  [[nodiscard]] std::unique_ptr<HostedTask> take_ended() noexcept;

  // Runs what is ready and settles what has ended, for as long as there is something to do and for half a millisecond at
  // most; what is left then wakes the host again.
  void pump();

  // Stops every task and drives them here until the last has ended; settles none. Blocks for as long as a task takes to
  // heed its stop token, and the kernel to finish what cannot be cancelled. Idempotent.
  void close();

 private:
  Task<void> run(std::unique_ptr<HostedTask> task);
  void keep_ended(std::unique_ptr<HostedTask> task) noexcept;
  bool settle_ended();

  Executor executor_;
  Settle settle_;
  std::unique_ptr<HostedTask> ended_;  // first come, first settled
  std::unique_ptr<HostedTask>* last_ended_ = &ended_;
  Scope scope_;
  bool closed_ = false;
};

}  // namespace heddle
