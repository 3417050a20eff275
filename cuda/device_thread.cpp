#include "cuda/device_thread.hpp"

#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <utility>

#include "cuda/comm.hpp"
#include "cuda/event.hpp"
#include "cuda/graph.hpp"
#include "cuda/left_behind.hpp"
#include "cuda/make_driver.hpp"
#include "cuda/stream.hpp"

// What runs on the device's thread. device_doors.cpp has how other threads get there.
namespace heddle::cuda {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
// The sleeps between two questions to a driver that must be asked: a share of what was waited already, so that work is seen
// to be done soon, measured by how long it took, and long work takes little of the processor.
constexpr Nanoseconds kShortestPause = 10'000;
constexpr Nanoseconds kLongestPause = kMillisecond;
constexpr Nanoseconds kPauseShare = 50;
// How late the kernel may end those sleeps; by itself it takes fifty microseconds.
constexpr unsigned long kTimerSlack = 1'000;
// How often a closing device looks for completions that were lost.
constexpr Nanoseconds kClosingCheck = 50 * kMillisecond;
// What a closing device gives the driver to take back what is its own; less when it has had its time.
constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds(1);
constexpr std::chrono::nanoseconds kLastPatience = std::chrono::milliseconds(300);

void settle_in() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), "heddle-device");
  (void)prctl(PR_SET_TIMERSLACK, kTimerSlack);
}

}  // namespace

void DeviceThread::start() {
  core_.lane = &*lane_;
  // Before anybody else comes to the lane.
  post_to_lane([this](const ErrorPtr&) { open(); });
  thread_ = std::thread([this] { main(); });
}

void DeviceThread::main() noexcept {
  settle_in();
  try {
    executor_.emplace(Executor::Options{.io = options_.io, .clock = nullptr});
    core_.executor = &*executor_;
    const std::lock_guard lock(gate_);
    awake_ = &*executor_;
  } catch (const std::exception& error) {
    // No descriptor to be had, or not the I/O backend that was asked for.
    failed_to_start(make_error(kOperatingSystem, "open", {}, error.what()));
  }
  drive();
  finish();
}

void DeviceThread::failed_to_start(const ErrorPtr& error) noexcept {
  state_ = State::closing;
  core_.refuse(error);
  set_lane_refusal(error);
  std::exchange(opened_, nullptr)(error);
}

// On the slow lane.
void DeviceThread::open() {
  left_behind::collect();
  DriverOrError made = make_driver(options_);
  if (made.error == nullptr) {
    const Status status = made.driver->set_current();
    if (status != kSuccess) {
      made.error = make_error(status, operation_name(Operation::set_device),
                              "device=" + std::to_string(options_.ordinal.value_or(-1)));
    }
  }
  if (made.error != nullptr) {
    set_lane_refusal(made.error);
  } else {
    info_ = made.driver->info();
    made.driver->load_kernels();
    core_.driver = std::move(made.driver);
    core_.memory = std::make_shared<MemoryKeeper>(core_.driver, *lane_);
    core_.memory->open_pool();
  }
  post([this, error = std::move(made.error)](const ErrorPtr& gone) {
    if (gone == nullptr) opened(error);
  });
}

// opening -> open, or -> closing when it failed or a close came meanwhile.
void DeviceThread::opened(const ErrorPtr& error) noexcept {
  state_ = State::open;
  ErrorPtr failure = error;
  if (failure == nullptr) {
    if (const Status status = core_.driver->set_current(); status != kSuccess) {
      failure = make_error(status, operation_name(Operation::set_device));
    }
  }
  if (failure == nullptr) {
    core_.events.open(*core_.driver);
    const auto hook = [](void* executor) noexcept { static_cast<Executor*>(executor)->wake(); };
    signals_progress_ = core_.driver->set_progress_hook(hook, &*executor_);
  } else {
    core_.refuse(failure);
    set_lane_refusal(failure);
  }
  std::exchange(opened_, nullptr)(failure);
  if (failure != nullptr || close_wanted_) begin_close();
}

void DeviceThread::drive() noexcept {
  while (executor_) {
    // First, since it takes the wake-up: whatever comes after it has been looked for below wakes again.
    bool busy = executor_->poll();
    busy = run_calls(nullptr) || busy;
    if (state_ != State::opening) {
      busy = take_commands() || busy;
      busy = turn_streams() || busy;
      dispose_of_dropped();
      busy = settle_fault() || busy;
    }
    if (options_.turned) options_.turned();
    if (state_ == State::closing && !busy && nothing_in_flight()) {
      // What is left waits for the turn of something that was rejected.
      if (!reject_waiting(core_.refusal())) return;
      busy = true;
    }
    if (busy) {
      asking_ = false;
    } else {
      rest();
    }
  }
}

bool DeviceThread::run_calls(const ErrorPtr& refusal) noexcept {
  Posted* posted = calls_.take_all();
  const bool any = posted != nullptr;
  while (posted != nullptr) {
    const std::unique_ptr<Posted> call(posted);
    posted = call->next;
    call->call(refusal);
  }
  return any;
}

bool DeviceThread::take_commands() noexcept {
  Command* command = commands_.take_all();
  if (command == nullptr) return false;
  while (command != nullptr) {
    Command* following = command->next;
    command->stream->take(*command);
    command = following;
  }
  return true;
}

bool DeviceThread::turn_streams() noexcept {
  bool busy = false;
  while (!core_.to_resume.empty()) {
    Stream* stream = core_.to_resume.back();
    core_.to_resume.pop_back();
    stream->resume();
    busy = true;
  }
  // flush() and poll() end commands, but streams leave the lists only in dispose_of_dropped(). Whatever ends may make a
  // task ready, so all of it counts as busy.
  busy = busy || !core_.to_flush.empty();
  for (Stream* stream : core_.to_flush) stream->flush();
  core_.to_flush.clear();
  for (Stream* stream : core_.streams) {
    if (stream->has_marks()) busy = stream->poll() || busy;
    if (rejecting_ == nullptr) continue;
    busy = busy || stream->has_issued() || stream->has_waiting();
    stream->reject_waiting(rejecting_);
    stream->reject_issued(rejecting_);
  }
  return busy;
}

bool DeviceThread::reject_waiting(const ErrorPtr& error) noexcept {
  bool any = false;
  for (Stream* stream : core_.streams) {
    any = any || stream->has_waiting();
    stream->reject_waiting(error);
  }
  return any;
}

void DeviceThread::dispose_of_dropped() noexcept {
  for (Disposable* dropped = dropped_.take_all(); dropped != nullptr;) {
    const std::unique_ptr<Disposable> gone(dropped);
    dropped = gone->next;
    gone->dispose();
  }
}

// The device died: rejects all that is pending and tells, once.
bool DeviceThread::settle_fault() noexcept {
  if (rejecting_ != nullptr || core_.driver == nullptr) return false;
  if (const Status status = core_.driver->sticky_error(); status != kSuccess && core_.fault() == nullptr) {
    core_.note_fault(status, Operation::stream_query);
  }
  if (core_.fault() == nullptr) return false;
  rejecting_ = core_.fault();
  set_lane_refusal(rejecting_);
  // Other devices need not wait for this one any more.
  for (Comm* comm : core_.comms) comm->fail(rejecting_);
  // Only of a dead context is it known that it touches no memory.
  if (!core_.driver->abandon() && !rejecting_->sticky()) core_.memory->leak();
  core_.refuse(state_ == State::closing ? core_.refusal() : rejecting_);
  for (Stream* stream : core_.streams) stream->reject_issued(rejecting_);
  core_.stop_tasks();
  if (options_.lost) options_.lost(rejecting_);
  return true;
}

void DeviceThread::check_streams(Nanoseconds age) noexcept {
  const Nanoseconds now = executor_->now();
  for (Stream* stream : core_.streams) {
    if (stream->has_marks() && now - stream->last_progress() >= age) stream->check();
  }
}

// Nothing to do for now: sleeps until there is, as far as anybody will tell us.
void DeviceThread::rest() noexcept {
  const Nanoseconds now = executor_->now();
  const bool pending =
      std::any_of(core_.streams.begin(), core_.streams.end(), [](const Stream* stream) { return stream->has_marks(); });
  // A driver tells of events only.
  const bool untold = std::any_of(core_.streams.begin(), core_.streams.end(),
                                  [](const Stream* stream) { return stream->waits_without_event(); });
  std::optional<Nanoseconds> until;
  if (pending && (untold || !signals_progress_)) {
    if (std::exchange(asking_, true) == false) last_busy_ = now;
    const Nanoseconds waited = now - last_busy_;
    if (waited < std::chrono::nanoseconds(options_.spin).count()) return;
    until = now + std::clamp(waited / kPauseShare, kShortestPause, kLongestPause);
  }
  const Nanoseconds watchdog = std::chrono::nanoseconds(options_.watchdog).count();
  const Nanoseconds age = state_ == State::closing ? kClosingCheck : watchdog;
  if (pending && age != 0) {
    check_streams(age);
    until = std::min(until.value_or(now + age), now + age);
  }
  if (state_ == State::closing) {
    if (now >= close_deadline_) give_up_waiting();
    until = std::min(until.value_or(now + kClosingCheck), now + kClosingCheck);
  }
  executor_->wait(until);
}

// open -> closing. What was not handed to the device is rejected, but for what the driver had no room for; the rest is let
// finish.
void DeviceThread::begin_close() noexcept {
  if (state_ == State::opening) {
    close_wanted_ = true;
    return;
  }
  if (state_ != State::open) return;
  // What was submitted before the close comes before it.
  (void)take_commands();
  state_ = State::closing;
  stopping_.store(true, std::memory_order_relaxed);
  close_deadline_ = executor_->now() + std::chrono::nanoseconds(options_.close_timeout).count();
  if (core_.refusal() == nullptr || core_.fault() != nullptr) core_.refuse_new(make_error(kDeviceClosed, "close"));
  core_.stop_tasks();
}

bool DeviceThread::nothing_in_flight() noexcept {
  if (!core_.gave_up && loans_.load(std::memory_order_acquire) != 0) return false;
  if (core_.tasks.live() != 0 || !core_.to_resume.empty() || !commands_.empty() || !calls_.empty()) return false;
  return std::none_of(core_.streams.begin(), core_.streams.end(),
                      [](const Stream* stream) { return stream->has_issued(); });
}

// The device had its time. Its work ends here, done or not.
void DeviceThread::give_up_waiting() noexcept {
  core_.gave_up = true;
  if (loans_.load(std::memory_order_acquire) != 0) core_.memory->leak();
  executor_->wake();
  if (rejecting_ != nullptr) {
    // What is left may be waiting for the slow lane.
    if (!lane_->wait_idle(kLastPatience)) take_over_lane();
    return;
  }
  rejecting_ = make_error(kDeviceClosed, "close");
  for (Comm* comm : core_.comms) comm->fail(rejecting_);
  if (!core_.driver->abandon()) core_.memory->leak();
}

// The slow lane is in a call that may never return. What queues behind it ends here, without the driver.
void DeviceThread::take_over_lane() noexcept {
  driver_left_.store(true, std::memory_order_relaxed);
  if (core_.memory != nullptr) core_.memory->leak();
  set_lane_refusal(make_error(kDeviceClosed, "close"));
  for (BlockingPool::Job* job = lane_->withdraw_all(); job != nullptr;) {
    BlockingPool::Job* const following = job->next;
    job->run(*job);
    job = following;
  }
}

// Ends the threads, or leaves them behind in calls that nobody waits for.
void DeviceThread::end(std::unique_ptr<BlockingPool>& pool) {
  const auto patience = core_.gave_up ? kLastPatience : std::max<std::chrono::nanoseconds>(options_.close_timeout, kPatience);
  while (!pool->wait_idle(patience)) {
    if (answering_.load() != 0) continue;
    if (pool == lane_) take_over_lane();
    left_behind::keep(std::move(pool), shared_from_this());
    return;
  }
  pool.reset();
}

// closing -> closed. From here on the doors answer by themselves.
void DeviceThread::finish() noexcept {
  const ErrorPtr error = make_error(kDeviceClosed, "close");
  if (core_.refusal() == nullptr) core_.refuse(error);
  // Once the doors are closed, streams and events go wherever they are dropped: they must own nothing then.
  for (Stream* stream : core_.streams) stream->close();
  core_.streams.clear();
  for (Comm* comm : core_.comms) comm->leave();
  core_.comms.clear();
  for (Graph* graph : core_.graphs) graph->close();
  core_.graphs.clear();
  core_.to_flush.clear();
  {
    const std::lock_guard lock(gate_);
    accepting_ = false;
    awake_ = nullptr;
    lane_refusal_ = error;
  }
  (void)take_commands();
  dispose_of_dropped();
  core_.events.close();
  core_.staging.close();
  core_.load_ring = nullptr;
  stopping_.store(true, std::memory_order_relaxed);
  compilers_.reset();
  end(partings_);
  struct Last final : BlockingPool::Job {
    explicit Last(DeviceThread& of) noexcept : Job(&Last::close), thread(of) {}
    static void close(Job& job) noexcept {
      const std::unique_ptr<Last> self(&static_cast<Last&>(job));
      const DeviceCore& core = self->thread.core_;
      if (core.driver == nullptr) return;
      core.memory->close();
      if (!self->thread.driver_left()) core.driver->shutdown();
    }
    DeviceThread& thread;
  };
  lane_->submit(*std::make_unique<Last>(*this).release());
  end(lane_);
  (void)run_calls(error);
  if (options_.turned) options_.turned();
  state_ = State::closed;
  executor_.reset();
  for (const std::function<void()>& tell : std::exchange(closed_, {})) tell();
}

}  // namespace heddle::cuda
