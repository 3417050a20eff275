#include "native/executor.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <ctime>
#include <utility>

#include "native/task_trace.hpp"

namespace heddle {

namespace {

// How many timers fire between two looks at what else there is: some hundred microseconds' work.
constexpr std::size_t kMostTimers = 4096;

}  // namespace

thread_local constinit Executor* Executor::current_ = nullptr;

class Executor::Running {
 public:
  explicit Running(Executor& executor) noexcept : outer_(std::exchange(current_, &executor)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { current_ = outer_; }

 private:
  Executor* outer_;
};

Executor::Executor(const Options& options)
    : careful_(options.seed.has_value() || options.measure_polls),
      measure_polls_(options.measure_polls),
      clock_(options.clock != nullptr ? options.clock : &Clock::monotonic()),
      order_(options.seed),
      timers_(clock_->now()) {
  io::BackendAndReason made = io::make_backend(options.io, blocking_, wake_event_);
  io_ = std::move(made.backend);
  io_reason_ = std::move(made.reason);
}

Executor::~Executor() {
  visitors_.wait_until_gone();
  assert(current_ != this && "an executor cannot be destroyed from inside its own poll()");
  detail::check_tasks(tasks_ == 0, "an executor was destroyed before its tasks ended; these tasks wait:");
  assert(io_->in_flight() == 0 && "I/O is in flight: join every Scope before the executor goes");
}

void Executor::post(Runnable& runnable) noexcept {
  const Visitors::Visit visit(visitors_);
  inbox_.push(runnable);
  wake();
}

void Executor::take_inbox() noexcept {
  for (Runnable* runnable = inbox_.take_all(); runnable != nullptr;) {
    Runnable* next = runnable->next;
    ready_.push(*runnable);
    runnable = next;
  }
}

void Executor::look_outside() {
  ++turns_;
  wake_event_.clear();
  take_inbox();
  io_->reap();
}

// True: there is more to do at once.
bool Executor::hand_over(std::size_t inline_bytes) {
  const bool unsubmitted = io_->flush(inline_bytes);
  io_->reap();
  return unsubmitted || anything_ready() || !inbox_.empty() || timers_.overdue();
}

bool Executor::resume_slice(const Runnable* last) {
  left_ = pace_.allowance();
  std::uint32_t resumed = 0;
  bool met = false;
  while (left_ != 0 && !met && !ready_.empty()) {
    --left_;
    ++resumed;
    Runnable& next = ready_.pop();
    met = &next == last;
    next.handle.resume();
  }
  polls_ += resumed;
  return met;
}

void Executor::resume_carefully(std::size_t most) {
  left_ = pace_.allowance();
  for (; left_ != 0 && most != 0 && anything_ready(); --most) {
    --left_;
    ++polls_;
    Runnable& next = order_.pick(ready_);
    const Nanoseconds began = measure_polls_ ? clock_->now() : 0;
    next.handle.resume();
    if (measure_polls_) longest_poll_ = std::max(longest_poll_, clock_->now() - began);
  }
}

Nanoseconds Executor::end_slice(Nanoseconds began) {
  const Nanoseconds now = clock_->now();
  const std::uint32_t allowance = pace_.allowance();
  longest_turn_ = std::max(longest_turn_, now - began);
  if (left_ < allowance) pace_.note(allowance - left_, now - began);
  return now;
}

void Executor::resume_round(Nanoseconds now, Nanoseconds until) {
  const Runnable* last = ready_.last();
  std::size_t left = careful_ ? ready_.size() + order_.size() : 0;
  for (bool done = false; !done && now < until; now = end_slice(now)) {
    if (careful_) {
      const std::uint64_t before = polls_;
      resume_carefully(left);
      left -= polls_ - before;
      done = left == 0;
    } else {
      done = resume_slice(last);
    }
  }
}

bool Executor::poll(const Budget& budget) {
  const Running scope(*this);
  look_outside();
  if (timers_.size() != 0 || anything_ready()) {
    const Nanoseconds now = clock_->now();
    timers_.advance(now, kMostTimers);
    if (anything_ready()) resume_round(now, now + budget.time);
  }
  return hand_over(budget.inline_bytes);
}

bool Executor::turn() {
  look_outside();
  slice_began_ = slice_began_ != 0 ? end_slice(slice_began_) : clock_->now();
  timers_.advance(slice_began_, kMostTimers);
  if (careful_) {
    resume_carefully(pace_.allowance());
  } else {
    resume_slice(nullptr);
  }
  return hand_over(Budget{}.inline_bytes);
}

void Executor::rest() {
  end_slice(slice_began_);
  slice_began_ = 0;
  wait();
}

bool Executor::linger() noexcept {
  const Nanoseconds time = patience_.look();
  if (time == 0) return false;
  if (!wake_event_.watch()) return true;
  static_cast<void>(look_for(time, [this] { return wake_event_.notified(); }));
  const bool came = wake_event_.unwatch();
  patience_.note(came);
  return came;
}

void Executor::wait(std::optional<Nanoseconds> deadline) {
  if (const auto timer = next_deadline()) deadline = deadline ? std::min(*deadline, *timer) : *timer;
  timespec timeout{};
  if (deadline) {
    const Nanoseconds left = std::max<Nanoseconds>(*deadline - clock_->now(), 0);
    timeout = {.tv_sec = static_cast<time_t>(left / 1'000'000'000), .tv_nsec = static_cast<long>(left % 1'000'000'000)};
  }
  std::array<pollfd, 2> waits{
      {{.fd = io_fd(), .events = POLLIN, .revents = 0}, {.fd = wake_fd(), .events = POLLIN, .revents = 0}}};
  ppoll(waits.data(), waits.size(), deadline ? &timeout : nullptr, nullptr);
}

void Executor::run() {
  const Running scope(*this);
  slice_began_ = 0;
  while (!stopping_.load(std::memory_order_acquire)) {
    // A stop that came before the turn has been cleared with its wake-up: asleep, nobody would see it.
    if (!turn() && !stopping_.load(std::memory_order_acquire)) rest();
  }
  stopping_.store(false, std::memory_order_relaxed);
}

void Executor::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  if (current_ == this) end_turn();
  wake();
}

void Executor::run_until(const bool& done) {
  const Running scope(*this);
  slice_began_ = 0;
  while (!done) {
    if (!turn() && !done) rest();
  }
}

ExecutorMetrics Executor::metrics() {
  return {.tasks = tasks_,
          .ready = ready_.size() + order_.size(),
          .timers = timers_.size(),
          .io_in_flight = io_->in_flight(),
          .polls = polls_,
          .turns = turns_,
          .longest_turn = longest_turn_,
          .longest_poll = longest_poll_,
          .blocking = blocking_.metrics()};
}

}  // namespace heddle
