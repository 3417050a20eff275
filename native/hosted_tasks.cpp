#include "native/hosted_tasks.hpp"

namespace heddle {

namespace {

// How long one pump may keep the host's thread.
constexpr Nanoseconds kPumpTime = 500'000;

// The fallback repeats the interruption of a blocked system call at every look.
constexpr Nanoseconds kClosingLook = 10'000'000;

}  // namespace

// Woken, because the host may have had its last look before it waits.
void HostedTask::request_stop() noexcept {
  if (!stop_) return;
  stop_->request_stop();
  executor_->wake();
}

void HostedTasks::start(std::unique_ptr<HostedTask> task) {
  if (closed_) return;
  task->executor_ = &executor_;
  task->stop_.emplace(scope_.stop_token());
  scope_.spawn_on(executor_, run(std::move(task)));
  executor_.wake();
}

Task<void> HostedTasks::run(std::unique_ptr<HostedTask> task) {
  try {
    co_await task->run(task->stop_->token());
  } catch (...) {
    task->error_ = std::current_exception();
  }
  keep_ended(std::move(task));
}

void HostedTasks::keep_ended(std::unique_ptr<HostedTask> task) noexcept {
  std::unique_ptr<HostedTask>& place = *last_ended_;
  place = std::move(task);
  last_ended_ = &place->next_;
}

std::unique_ptr<HostedTask> HostedTasks::take_ended() noexcept {
  std::unique_ptr<HostedTask> first = std::move(ended_);
  if (first == nullptr) return nullptr;
  ended_ = std::move(first->next_);
  if (ended_ == nullptr) last_ended_ = &ended_;
  return first;
}

bool HostedTasks::settle_ended() {
  if (ended_ == nullptr) return false;
  settle_();
  return true;
}

void HostedTasks::pump() {
  if (closed_) return;
  const Nanoseconds until = executor_.now() + kPumpTime;
  for (;;) {
    const bool more = executor_.poll();
    const bool settled = settle_ended();
    if (!more && !settled) return;
    if (executor_.now() >= until) break;
  }
  executor_.wake();
}

void HostedTasks::close() {
  if (closed_) return;
  closed_ = true;
  scope_.request_stop();
  while (scope_.live() != 0 || executor_.io().in_flight() != 0) {
    if (!executor_.poll()) executor_.wait(executor_.now() + kClosingLook);
  }
  while (take_ended() != nullptr) {
  }
}

}  // namespace heddle
