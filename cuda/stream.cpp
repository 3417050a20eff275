#include "cuda/stream.hpp"

#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/event.hpp"
#include "cuda/staged_copy.hpp"
#include "cuda/stream_turn.hpp"
#include "native/trace.hpp"

// How commands enter a stream. stream_retire.cpp has how they leave.
namespace heddle::cuda {

void Stream::take(Command& command) noexcept {
  if (core_.refusal() != nullptr) return refuse(command, core_.refusal());
  if (paused_ || !waiting_.empty() || full()) {
    waiting_.push(command);
    return;
  }
  issue(command);
  if (!flushing_) {
    flushing_ = true;
    core_.to_flush.push_back(this);
  }
}

void Stream::resume() noexcept {
  resuming_ = false;
  while (!paused_ && !waiting_.empty() && !full()) {
    // A device that closes begins nothing that takes time.
    if (core_.refusal() != nullptr && takes_time(waiting_.front())) {
      reject_waiting(core_.refusal());
      break;
    }
    issue(waiting_.pop());
  }
  flush();
}

void Stream::unpause() noexcept {
  paused_ = parked_ = false;
  resume_later();
}

void Stream::resume_later() noexcept {
  if (std::exchange(resuming_, true)) return;
  core_.to_resume.push_back(this);
}

// A mark is an event of the driver's, and what is timed for the trace has two more.
bool Stream::full() const noexcept {
  const std::size_t each = trace::enabled() ? 3 : 1;
  return issued_count_ * each + marks_.size() >= kMostHandedOver;
}

ErrorPtr Stream::ready() noexcept {
  if (handle_ != nullptr) return nullptr;
  const Status status = core_.driver->stream_create(options_.priority, handle_);
  if (status == kSuccess) {
    core_.streams.push_back(this);
    return nullptr;
  }
  if (is_sticky(status)) core_.note_fault(status, Operation::stream_create);
  return make_error(status, operation_name(Operation::stream_create));
}

// waiting or new -> issued, or back to waiting when the stream has to pause first.
void Stream::issue(Command& command) noexcept {
  if (command.event == nullptr) return carry_out(command);
  // Only a stream that the device knows of is told when everything is rejected, so only such a one may park.
  if (!command.event->has_turn(command.turn) && ready() == nullptr) return park(command);
  const std::shared_ptr<Event> event = command.event;
  carry_out(command);
  event->end_turn();
}

void Stream::park(Command& command) noexcept {
  paused_ = parked_ = true;
  waiting_.push_front(command);
  next_parked_ = std::exchange(command.event->parked_, this);
}

void Stream::carry_out(Command& command) noexcept {
  if (ErrorPtr error = ready()) {
    command.error = std::move(error);
    if (command.kind == CommandKind::record) command.event->issued(nullptr);
    return finish(command);
  }
  switch (command.kind) {
    case CommandKind::copy:
      return copy(command);
    case CommandKind::fill:
      return issued(command, fill(command));
    case CommandKind::histogram:
      return issued(command, histogram(command));
    case CommandKind::action:
      return begin(command);
    case CommandKind::record:
      return record(command);
    case CommandKind::wait:
      return wait(command);
    case CommandKind::notify:
      return issued(command, nullptr);
  }
}

void Stream::issued(Command& command, ErrorPtr error) noexcept {
  command.error = std::move(error);
  issued_.push(command);
  ++issued_count_;
  ++unmarked_;
  if (command.notify || command.kind == CommandKind::notify || unmarked_ >= kCheckpoint) mark(command);
}

ErrorPtr Stream::outcome(Status status, Operation operation, const Command& command) noexcept {
  if (status == kSuccess) return nullptr;
  if (is_sticky(status)) core_.note_fault(status, operation);
  std::string arguments;
  if (command.action != nullptr) {
    arguments = command.action->arguments();
  } else if (command.destination.bytes != 0) {
    arguments = "bytes=" + std::to_string(command.destination.bytes);
  }
  return make_error(status, operation_name(operation), arguments);
}

void Stream::copy(Command& command) noexcept {
  const Span& destination = command.destination;
  const Span& source = command.source;
  if (destination.bytes != source.bytes) return issued(command, outcome(kInvalidValue, Operation::copy, command));
  if (source.bytes == 0) return issued(command, nullptr);
  if (takes_time(command)) {
    paused_ = true;
    core_.tasks.spawn_on(*core_.executor, StagedCopy::run(core_, *this, command));
    return;
  }
  command.began = record_time();
  ErrorPtr error = copy_rows(command, rows_of({destination.address, destination.space, source.address, source.space,
                                               source.bytes}));
  command.ended = record_time();
  issued(command, std::move(error));
}

ErrorPtr Stream::copy_rows(const Command& command, const RowCopy& rows) noexcept {
  if (!rows.plain()) return outcome(core_.driver->copy_rows(rows, handle_), Operation::copy_rows, command);
  const Status status =
      core_.driver->copy(rows.destination, rows.to, rows.source, rows.from, rows.width * rows.rows, handle_);
  return outcome(status, Operation::copy, command);
}

void Stream::carried_out(Command& command, ErrorPtr error) noexcept {
  issued(command, std::move(error));
  unpause();
}

ErrorPtr Stream::fill(Command& command) noexcept {
  const Span& destination = command.destination;
  const unsigned width = command.width;
  const bool known = width == 1 || width == 2 || width == 4 || width == 8;
  const auto address = reinterpret_cast<std::uintptr_t>(destination.address);
  // A kernel that writes across its elements' alignment would kill the device.
  if (!known || (address | destination.bytes) % width != 0 || destination.space == Space::pageable) {
    return outcome(kInvalidValue, Operation::fill, command);
  }
  if (destination.bytes == 0) return nullptr;
  command.began = record_time();
  const Status status =
      core_.driver->fill(destination.address, command.value, width, destination.bytes / width, handle_);
  command.ended = record_time();
  return outcome(status, Operation::fill, command);
}

ErrorPtr Stream::histogram(Command& command) noexcept {
  const Span& counters = command.destination;
  const bool aligned = reinterpret_cast<std::uintptr_t>(counters.address) % alignof(std::uint64_t) == 0;
  if (counters.bytes != 256 * sizeof(std::uint64_t) || !aligned || counters.space == Space::pageable ||
      command.source.space == Space::pageable) {
    return outcome(kInvalidValue, Operation::histogram, command);
  }
  if (command.source.bytes == 0) return nullptr;
  command.began = record_time();
  const Status status = core_.driver->histogram(reinterpret_cast<std::uint64_t*>(counters.address),
                                                command.source.address, command.source.bytes, handle_);
  command.ended = record_time();
  return outcome(status, Operation::histogram, command);
}

bool Stream::takes_time(const Command& command) const noexcept {
  if (command.kind == CommandKind::action) return command.action->takes_time(*core_.driver);
  if (command.kind != CommandKind::copy || core_.driver->copies_pageable()) return false;
  return needs_host(command.destination.space, command.source.space);
}

void Stream::begin(Command& command) noexcept {
  if (!takes_time(command)) return issued(command, act(command));
  paused_ = true;
  core_.tasks.spawn_on(*core_.executor, StreamTurn::give(core_, *this, command));
}

ErrorPtr Stream::act(Command& command) noexcept {
  StreamAction& action = *command.action;
  command.began = record_time();
  const Status status = action.carry_out(*core_.driver, handle_);
  command.ended = record_time();
  return outcome(status, action.operation(), command);
}

void Stream::record(Command& command) noexcept {
  Event& event = *command.event;
  // Whoever wants to know the time needs the event.
  if (!event.timing_ && core_.driver->completes_inline() && all_done()) {
    retire_all();
    event.issued(nullptr);
    return finish(command);
  }
  EventSlot* slot = core_.events.take(event.timing_);
  const Status status = slot == nullptr ? core_.events.refusal() : core_.driver->event_record(slot->handle(), handle_);
  if (status != kSuccess) {
    const Operation failed = slot == nullptr ? Operation::event_create : Operation::event_record;
    core_.events.release(slot);
    event.issued(nullptr);
    return issued(command, outcome(status, failed, command));
  }
  slot->share();
  event.issued(slot);
  issued_.push(command);
  ++issued_count_;
  mark_with(command, slot);
}

void Stream::wait(Command& command) noexcept {
  Event& event = *command.event;
  Status status = kSuccess;
  if (event.slot_ != nullptr) status = core_.driver->stream_wait_event(handle_, event.slot_->handle());
  issued(command, outcome(status, Operation::stream_wait_event, command));
}

// For the trace only: the device says when it came to this point. In a graph it comes there again and again.
EventSlot* Stream::record_time() noexcept {
  if (!trace::enabled() || core_.capturing) return nullptr;
  EventSlot* slot = core_.events.take(true);
  if (slot == nullptr || core_.driver->event_record(slot->handle(), handle_) == kSuccess) return slot;
  core_.events.release(slot);
  return nullptr;
}

void Stream::close() noexcept {
  if (handle_ == nullptr) return;
  core_.driver->stream_destroy(std::exchange(handle_, nullptr));
}

void Stream::dispose() noexcept {
  close();
  std::erase(core_.streams, this);
  std::erase(core_.to_flush, this);
  std::erase(core_.to_resume, this);
}

}  // namespace heddle::cuda
