#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "cuda/error.hpp"
#include "native/blocking_pool.hpp"

namespace heddle::cuda {

// Threads of a device for calls that may block: allocations, the creation of the context, the loading of code. What is asked
// here is answered once, whatever becomes of the call: a device that closes does not wait for one that never returns.
//
// Every function may be called by any thread, unless it says otherwise.
class Lane {
 public:
  // `after` is called after every call, on its thread.
  Lane(std::size_t threads, std::function<void()> after);
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane();

  // `body(told, refusal)` on one of the threads, which calls `told`. Where `refusal` is not null it says why the driver may not
  // be asked, and the body only tells; it is then called on any thread, and perhaps while another call of it has not returned.
  // Only the first answer reaches `told`.
  template <class... Args, class Body>
  void ask(std::function<void(Args...)> told, Body body) {
    const auto once = [answered = std::make_shared<std::atomic<bool>>(false), told = std::move(told)](Args... args) {
      if (!answered->exchange(true)) told(std::forward<Args>(args)...);
    };
    put([once = std::function<void(Args...)>(once),
         body = std::move(body)](const ErrorPtr& refusal) { body(once, refusal); },
        true);
  }

  // Something for the driver to take back, which nobody waits for. What comes after the driver was left, in a call that does not
  // return, stays as it is.
  void give_back(std::function<void()> call);

  // Why the driver may not be asked from now on.
  void refuse(const ErrorPtr& error) noexcept;
  // The same, and what comes from now on runs where it comes from.
  void shut(const ErrorPtr& error) noexcept;
  // Answers with `error` all that was asked and is not answered yet, before this returns.
  void give_up(const ErrorPtr& error) noexcept;

  // False: not everything is done after so long.
  [[nodiscard]] bool wait_idle(std::chrono::nanoseconds patience);
  // Precondition: shut. Waits for the threads.
  void join() noexcept;
  // Precondition: shut. Waits so long at most; then it gives up, and leaves the threads behind with all that `owner` keeps,
  // this lane among it. Should the calls return after all, what queues behind them is done.
  void end(std::chrono::nanoseconds patience, std::shared_ptr<const void> owner);

  // For jobs that answer nobody. Until it ends.
  [[nodiscard]] BlockingPool& pool() noexcept { return *pool_; }

 private:
  using Call = std::function<void(const ErrorPtr&)>;
  struct Job;

  void put(Call call, bool answers);
  [[nodiscard]] ErrorPtr refusal() noexcept;
  // One that has not been answered, and is marked as given up; null when there is none.
  [[nodiscard]] std::shared_ptr<Job> next_unanswered() noexcept;

  const std::function<void()> after_;
  std::unique_ptr<BlockingPool> pool_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Job>> jobs_;  // that have not returned
  ErrorPtr refusal_;
  bool shut_ = false;
  std::atomic<bool> left_{false};
};

}  // namespace heddle::cuda
