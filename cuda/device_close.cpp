#include <algorithm>
#include <memory>
#include <utility>

#include "cuda/comm.hpp"
#include "cuda/device_thread.hpp"
#include "cuda/graph.hpp"
#include "cuda/left_behind.hpp"
#include "cuda/stream.hpp"

// How a device ends. device_thread.cpp has what its thread does before.
namespace heddle::cuda {

namespace {

// What a closing device gives the driver to take back what is its own; less when it has had its time.
constexpr std::chrono::nanoseconds kPatience = std::chrono::seconds(1);
constexpr std::chrono::nanoseconds kLastPatience = std::chrono::milliseconds(300);

}  // namespace

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
