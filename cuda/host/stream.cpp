#include "cuda/host/stream.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace heddle::cuda::host {

namespace {

// A stream of normal priority gives way to the JavaScript thread: with fewer cores than busy threads, the copies are
// what should wait.
int nice_of(Priority priority) noexcept {
  switch (priority) {
    case Priority::low:
      return 10;
    case Priority::high:
      return 0;
    default:
      return 5;
  }
}

void settle_in(Priority priority) noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), "heddle-stream");
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice_of(priority));
}

}  // namespace

Stream::~Stream() {
  {
    const std::lock_guard lock(engine_.mutex);
    closing_ = true;
  }
  available_.notify_all();
  engine_.changed.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Stream::can_run_inline(const Work& work) const noexcept {
  if (busy_ || !queue_.empty() || work.delay.count() != 0) return false;
  if (work.operation == Operation::stream_wait_event) return work.event->reached(work.record);
  return (work.job != nullptr ? work.job->weight() : work.bytes) <= engine_.inline_bytes;
}

void Stream::enqueue(Work work) {
  std::unique_lock lock(engine_.mutex);
  if (can_run_inline(work)) {
    busy_ = true;
    perform(work, lock);
    busy_ = false;
    if (asleep_ && !queue_.empty()) available_.notify_one();
    return;
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { this->work(); });
  if (const std::size_t limit = engine_.queue_limit; limit != 0) {
    engine_.changed.wait(lock, [&] { return queue_.size() < limit || stopping(); });
  }
  queue_.push_back(std::move(work));
  if (asleep_) available_.notify_one();
}

// With the lock held, but while bytes move or time passes.
void Stream::perform(Work& work, std::unique_lock<std::mutex>& lock) {
  if (work.delay.count() != 0) engine_.changed.wait_for(lock, work.delay, [this] { return stopping(); });
  if (stopping()) return;
  if (work.dies_of != kSuccess) return engine_.die_of(work.dies_of);
  if (work.operation == Operation::stream_wait_event) {
    engine_.changed.wait(lock, [&] { return work.event->reached(work.record) || stopping(); });
  } else if (work.operation == Operation::event_record) {
    Event& event = *work.event;
    if (event.timing) event.time = Clock::monotonic().now();
    event.last_reached = work.record;
    if (event.records == work.record && !event.lost) event.reported.store(true, std::memory_order_release);
    engine_.changed.notify_all();
  } else {
    lock.unlock();
    const Status status = carry_out(work, engine_.stop);
    lock.lock();
    if (status != kSuccess) engine_.die_of(status);
  }
}

void Stream::work() {
  settle_in(priority_);
  std::unique_lock lock(engine_.mutex);
  for (;;) {
    asleep_ = true;
    available_.wait(lock, [this] { return closing_ || (!queue_.empty() && !busy_); });
    asleep_ = false;
    if (closing_) return;
    {
      Work work = std::move(queue_.front());
      queue_.pop_front();
      if (engine_.queue_limit != 0) engine_.changed.notify_all();
      busy_ = true;
      perform(work, lock);
      busy_ = false;
      const bool dead = engine_.dead_of.load(std::memory_order_relaxed) != kSuccess;
      const bool tells = work.operation == Operation::event_record || dead;
      if (engine_.stop.load(std::memory_order_relaxed)) engine_.changed.notify_all();
      if (tells) {
        lock.unlock();
        engine_.tell_progress();
        lock.lock();
      }
    }
  }
}

bool Stream::idle() {
  const std::lock_guard lock(engine_.mutex);
  return !busy_ && queue_.empty();
}

void Stream::wait_until_still() {
  std::unique_lock lock(engine_.mutex);
  engine_.changed.wait(lock, [this] { return !busy_; });
}

}  // namespace heddle::cuda::host
