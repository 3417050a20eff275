#include <memory>
#include <utility>

#include "cuda/comm.hpp"
#include "cuda/device_thread.hpp"
#include "cuda/event.hpp"
#include "cuda/graph.hpp"
#include "cuda/stream.hpp"

// How other threads reach the device's thread and its slow lane. device_thread.cpp has what runs there.
namespace heddle::cuda {

std::shared_ptr<Stream> DeviceThread::stream(StreamOptions options) {
  const unsigned number = labels_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (options.label.empty()) options.label = std::to_string(number);
  auto stream = std::make_unique<Stream>(core_, std::move(options));
  const auto drop = [self = shared_from_this()](Stream* last) noexcept { self->dispose(*last); };
  return {stream.release(), drop};
}

std::shared_ptr<Event> DeviceThread::event(bool timing) {
  auto event = std::make_unique<Event>(core_, timing);
  const auto drop = [self = shared_from_this()](Event* last) noexcept { self->dispose(*last); };
  return {event.release(), drop};
}

std::shared_ptr<Comm> DeviceThread::comm(const CommOptions& options, std::unique_ptr<Communicator> native) {
  auto comm = std::make_unique<Comm>(*this, options, std::move(native));
  core_.comms.push_back(comm.get());
  const auto drop = [self = shared_from_this()](Comm* last) noexcept { self->dispose(*last); };
  return {comm.release(), drop};
}

std::shared_ptr<Graph> DeviceThread::graph(std::shared_ptr<const void> held, ExecutableHandle executable) {
  auto graph = std::make_unique<Graph>(*this, std::move(held), executable);
  core_.graphs.push_back(graph.get());
  const auto drop = [self = shared_from_this()](Graph* last) noexcept {
    // Nobody launches it any more: the memory need not wait for the device's thread.
    last->held_.reset();
    self->dispose(*last);
  };
  return {graph.release(), drop};
}

bool DeviceThread::owns(const Stream& stream) const noexcept { return &stream.core_ == &core_; }

bool DeviceThread::owns(const Event& event) const noexcept { return &event.core_ == &core_; }

void DeviceThread::submit(std::span<Command* const> commands) noexcept {
  // A wait means the record that was submitted before it, so both are numbered here.
  for (Command* command : commands) {
    command->stream->submitted_.fetch_add(1, std::memory_order_relaxed);
    if (command->event != nullptr) {
      if (command->kind == CommandKind::record) {
        command->value = command->event->submitted_.fetch_add(1, std::memory_order_relaxed) + 1;
      }
      command->turn = command->event->turns_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  {
    const std::lock_guard lock(gate_);
    if (accepting_) {
      for (Command* command : commands) commands_.push(*command);
      if (awake_ != nullptr) awake_->wake();
      return;
    }
  }
  const ErrorPtr error = make_error(kDeviceClosed, "submit");
  for (Command* command : commands) Stream::refuse(*command, error);
}

void DeviceThread::post(Call call) {
  auto posted = std::make_unique<Posted>(Posted{nullptr, std::move(call)});
  {
    const std::lock_guard lock(gate_);
    if (accepting_) {
      calls_.push(*posted.release());
      if (awake_ != nullptr) awake_->wake();
      return;
    }
  }
  posted->call(make_error(kDeviceClosed, "call"));
}

void DeviceThread::close(std::function<void()> closed) {
  post([this, closed = std::move(closed)](const ErrorPtr& gone) {
    if (gone != nullptr) {
      if (closed) closed();
      return;
    }
    if (closed) closed_.push_back(closed);
    begin_close();
  });
}

std::shared_ptr<void> DeviceThread::lend() {
  loans_.fetch_add(1, std::memory_order_relaxed);
  const auto end = [self = shared_from_this()](void*) noexcept {
    self->loans_.fetch_sub(1, std::memory_order_release);
    const std::lock_guard lock(self->gate_);
    if (self->awake_ != nullptr) self->awake_->wake();
  };
  return {this, end};
}

void DeviceThread::when_reached(const std::shared_ptr<Event>& event, Call reached) {
  const std::uint64_t record = event->submitted_.load(std::memory_order_relaxed);
  post([event, record, reached = std::move(reached)](const ErrorPtr& gone) {
    if (gone != nullptr) return reached(gone);
    event->when_completed(record, [reached] { reached(nullptr); });
  });
}

void DeviceThread::elapsed(const std::shared_ptr<Event>& from, const std::shared_ptr<Event>& to, Device::Elapsed told) {
  const auto measure = [this, from, to, told = std::move(told)](const ErrorPtr& gone) {
    if (gone != nullptr) return told(0, gone);
    if (const ErrorPtr& refusal = core_.refusal(); refusal != nullptr) return told(0, refusal);
    float milliseconds = 0;
    Status status = kInvalidValue;
    if (from->slot_ != nullptr && to->slot_ != nullptr) {
      status = core_.driver->event_elapsed(from->slot_->handle(), to->slot_->handle(), milliseconds);
    }
    if (is_sticky(status)) core_.note_fault(status, Operation::event_elapsed);
    told(milliseconds, status == kSuccess ? nullptr : make_error(status, operation_name(Operation::event_elapsed)));
  };
  when_reached(from, [this, to, measure](const ErrorPtr& gone) {
    if (gone != nullptr) return measure(gone);
    when_reached(to, measure);
  });
}

void DeviceThread::dispose(Disposable& dropped) noexcept {
  const std::lock_guard lock(gate_);
  if (accepting_) {
    dropped_.push(dropped);
    if (awake_ != nullptr) awake_->wake();
  } else {
    const std::unique_ptr<Disposable> gone(&dropped);
  }
}

// After a call of a lane: the device may have died of it, and only its thread can tell everybody.
void DeviceThread::wake_if_dead() noexcept {
  const std::lock_guard lock(gate_);
  if (core_.driver != nullptr && awake_ != nullptr && core_.driver->sticky_error() != kSuccess) awake_->wake();
}

void DeviceThread::refuse_lanes(const ErrorPtr& error) noexcept {
  for (Lane* lane : {&lane_, &compilers_, &partings_}) lane->refuse(error);
}

}  // namespace heddle::cuda
