#include <algorithm>
#include <memory>
#include <utility>

#include "cuda/comm.hpp"
#include "cuda/device_thread.hpp"
#include "cuda/graph.hpp"
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
    if (std::exchange(close_wanted_, true)) return;
    close_deadline_ = executor_->now() + std::max(std::chrono::nanoseconds(options_.close_timeout), kPatience).count();
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

// opening -> closing, while the lane is in a call that may never return. Should it return after all, it gives back what it made.
void DeviceThread::give_up_opening() noexcept {
  {
    const std::lock_guard lock(gate_);
    if (std::exchange(opening_over_, true)) return;
  }
  core_.gave_up = true;
  const ErrorPtr error = make_error(kDeviceClosed, "open");
  core_.refuse(error);
  state_ = State::open;
  std::exchange(opened_, nullptr)(error);
  begin_close();
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
    if (!lane_.wait_idle(kLastPatience)) lane_.give_up(make_error(kDeviceClosed, "close"));
    return;
  }
  rejecting_ = make_error(kDeviceClosed, "close");
  for (Comm* comm : core_.comms) comm->fail(rejecting_);
  if (!core_.driver->abandon()) core_.memory->leak();
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
  }
  (void)take_commands();
  dispose_of_dropped();
  core_.events.close();
  core_.staging.close();
  core_.load_ring = nullptr;
  stopping_.store(true, std::memory_order_relaxed);
  for (Lane* lane : {&compilers_, &partings_, &lane_}) lane->shut(error);
  const auto patience =
      core_.gave_up ? kLastPatience : std::max<std::chrono::nanoseconds>(options_.close_timeout, kPatience);
  compilers_.join();
  partings_.end(patience, shared_from_this());
  struct Last final : BlockingPool::Job {
    explicit Last(const DeviceCore& core) noexcept : Job(&Last::close), driver(core.driver), memory(core.memory) {}
    static void close(Job& job) noexcept {
      const std::unique_ptr<Last> self(&static_cast<Last&>(job));
      if (self->driver == nullptr) return;
      self->memory->close();
      self->driver->shutdown();
    }
    std::shared_ptr<Driver> driver;
    std::shared_ptr<MemoryKeeper> memory;
  };
  lane_.pool().submit(*std::make_unique<Last>(core_).release());
  lane_.end(patience, shared_from_this());
  (void)run_calls(error);
  if (options_.turned) options_.turned();
  state_ = State::closed;
  executor_.reset();
  for (const std::function<void()>& tell : std::exchange(closed_, {})) tell();
}

}  // namespace heddle::cuda
