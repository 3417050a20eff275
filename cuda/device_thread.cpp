#include "cuda/device_thread.hpp"

#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <utility>

#include "cuda/comm.hpp"
#include "cuda/event.hpp"
#include "cuda/left_behind.hpp"
#include "cuda/make_driver.hpp"
#include "cuda/stream.hpp"

// What runs on the device's thread. device_doors.cpp has how other threads get there, device_close.cpp how it ends.
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

void settle_in() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), "heddle-device");
  (void)prctl(PR_SET_TIMERSLACK, kTimerSlack);
}

}  // namespace

void DeviceThread::start() {
  core_.lane = &lane_;
  // Before anybody else comes to the lane.
  lane_.give_back([this, &pool = lane_.pool()] { open(pool); });
  try {
    thread_ = std::thread([this] { main(); });
  } catch (...) {
    opened_ = nullptr;
    const ErrorPtr error = make_error(kOperatingSystem, "open");
    lane_.shut(error);
    lane_.join();
    (void)run_calls(error);
    throw;
  }
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
  {
    const std::lock_guard lock(gate_);
    opening_over_ = true;
  }
  state_ = State::closing;
  core_.refuse(error);
  refuse_lanes(error);
  std::exchange(opened_, nullptr)(error);
}

// On the slow lane, whose `pool` stays while it has this to do, even when the lane has ended.
void DeviceThread::open(BlockingPool& pool) {
  left_behind::collect();
  DriverOrError made = make_driver(options_);
  if (made.error == nullptr) {
    const Status status = made.driver->set_current();
    if (status != kSuccess) {
      made.error = make_error(status, operation_name(Operation::set_device),
                              "device=" + std::to_string(options_.ordinal.value_or(-1)));
    }
  }
  std::shared_ptr<MemoryKeeper> memory;
  if (made.error != nullptr) {
    refuse_lanes(made.error);
  } else {
    made.driver->load_kernels();
    memory = std::make_shared<MemoryKeeper>(made.driver, pool);
    memory->open_pool();
  }
  {
    const std::lock_guard lock(gate_);
    if (!std::exchange(opening_over_, true) && made.error == nullptr) {
      info_ = made.driver->info();
      core_.memory = std::move(memory);
      core_.driver = std::move(made.driver);
    }
  }
  if (memory != nullptr) {
    // It took too long, or there is no thread for it: nobody waits any more.
    memory->close();
    made.driver->shutdown();
    return;
  }
  post([this, error = std::move(made.error)](const ErrorPtr& gone) {
    if (gone == nullptr && opened_) opened(error);
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
    refuse_lanes(failure);
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
  refuse_lanes(rejecting_);
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
  if (state_ == State::opening && close_wanted_) {
    if (now >= close_deadline_) return give_up_opening();
    until = close_deadline_;
  }
  if (state_ == State::closing) {
    if (now >= close_deadline_) give_up_waiting();
    until = std::min(until.value_or(now + kClosingCheck), now + kClosingCheck);
  }
  const bool may_linger = !until || *until - now > Patience::kLook;
  if (!may_linger || !executor_->linger()) executor_->wait(until);
}

}  // namespace heddle::cuda
