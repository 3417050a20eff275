#include "native/blocking_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <system_error>

#include "native/executor.hpp"

namespace heddle {

namespace {

// A real-time signal that nothing else here uses. The handler does nothing: without SA_RESTART, its delivery
// alone makes a blocking system call return EINTR.
int interrupt_signal() noexcept {
  static const int number = [] {
    struct sigaction action{};
    action.sa_handler = [](int) {};
    sigemptyset(&action.sa_mask);
    const int signal = SIGRTMAX - 3;
    sigaction(signal, &action, nullptr);
    return signal;
  }();
  return number;
}

void block_all_signals_but(int allowed) noexcept {
  sigset_t all;
  sigfillset(&all);
  sigdelset(&all, allowed);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

BlockingPool::~BlockingPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  available_.notify_all();
  for (std::jthread& thread : threads_) {
    if (thread.get_id() != std::this_thread::get_id()) continue;
    // It ends the process, and can't be joined.
    work();
    thread.detach();
  }
}

void BlockingPool::submit(Job& job) {
  job.submitted = Clock::monotonic().now();
  bool expected = false;
  {
    const std::lock_guard lock(mutex_);
    if (queued_ >= idle_ && threads_.size() < max_threads_) {
      try {
        threads_.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        if (threads_.empty()) throw;
      }
    }
    job.next = nullptr;
    job.previous = tail_;
    (tail_ != nullptr ? tail_->next : head_) = &job;
    tail_ = &job;
    ++queued_;
    expected = looking_ && queued_ == 1;
  }
  if (!expected) available_.notify_one();
}

bool BlockingPool::withdraw(Job& job) noexcept {
  const std::lock_guard lock(mutex_);
  if (head_ != &job && job.previous == nullptr) return false;
  (job.previous != nullptr ? job.previous->next : head_) = job.next;
  (job.next != nullptr ? job.next->previous : tail_) = job.previous;
  job.previous = job.next = nullptr;
  --queued_;
  return true;
}

bool BlockingPool::wait_idle(std::chrono::nanoseconds timeout) {
  std::unique_lock lock(mutex_);
  return rested_.wait_for(lock, timeout, [this] { return queued_ == 0 && idle_ == threads_.size(); });
}

void BlockingPool::interrupt() noexcept {
  const std::lock_guard lock(mutex_);
  for (std::jthread& thread : threads_) pthread_kill(thread.native_handle(), interrupt_signal());
}

BlockingPoolMetrics BlockingPool::metrics() const {
  const std::lock_guard lock(mutex_);
  return {.threads = threads_.size(),
          .idle = idle_,
          .queued = queued_,
          .started = started_,
          .total_wait = total_wait_,
          .longest_wait = longest_wait_};
}

void BlockingPool::look_for_job(std::unique_lock<std::mutex>& lock, Patience& patience) {
  if (head_ != nullptr || closing_ || looking_) return;
  const Nanoseconds time = patience.look();
  if (time == 0) return;
  looking_ = true;
  lock.unlock();
  const bool came = look_for(time, [this] { return queued_.load(std::memory_order_relaxed) != 0; });
  lock.lock();
  looking_ = false;
  patience.note(came);
}

void BlockingPool::work() {
  block_all_signals_but(interrupt_signal());
  Patience patience;
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    if (queued_ == 0 && idle_ == threads_.size()) rested_.notify_all();
    look_for_job(lock, patience);
    available_.wait(lock, [this] { return head_ != nullptr || closing_; });
    --idle_;
    if (head_ == nullptr) return;
    Job& job = *head_;
    head_ = job.next;
    (head_ != nullptr ? head_->previous : tail_) = nullptr;
    job.next = nullptr;
    --queued_;
    ++started_;
    const Nanoseconds waited = Clock::monotonic().now() - job.submitted;
    total_wait_ += waited;
    longest_wait_ = std::max(longest_wait_, waited);
    lock.unlock();
    job.run(job);
    lock.lock();
  }
}

void detail::post_to(Executor& executor, Runnable& runnable) noexcept { executor.post(runnable); }
void detail::schedule_on(Executor& executor, Runnable& runnable) noexcept { executor.schedule(runnable); }

}  // namespace heddle
