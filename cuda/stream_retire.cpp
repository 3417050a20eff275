#include <algorithm>
#include <utility>

#include "cuda/command_pool.hpp"
#include "cuda/device_core.hpp"
#include "cuda/event.hpp"
#include "cuda/stream.hpp"
#include "native/trace.hpp"

// How commands leave a stream. stream.cpp has how they enter.
namespace heddle::cuda {

namespace {

const char* name_of(const Command& command) noexcept {
  switch (command.kind) {
    case CommandKind::copy:
      return "copy";
    case CommandKind::fill:
      return "fill";
    case CommandKind::histogram:
      return "histogram";
    case CommandKind::action:
      return command.action->name();
    case CommandKind::record:
      return "record";
    case CommandKind::wait:
      return "wait";
    case CommandKind::notify:
      return "notify";
  }
  return "";
}

std::size_t bytes_of(const Command& command) noexcept {
  if (command.action != nullptr) return command.action->bytes();
  return command.kind == CommandKind::histogram ? command.source.bytes : command.destination.bytes;
}

// Lets go of what a command referred to, and says whose it was.
std::shared_ptr<Stream> strip(Command& command) noexcept {
  command.destination.hold.reset();
  command.source.hold.reset();
  command.event.reset();
  command.action.reset();
  return std::move(command.stream);
}

}  // namespace

void Stream::refuse(Command& command, const ErrorPtr& error) noexcept {
  command.error = command.action == nullptr ? error : command.action->finished(error);
  if (command.kind == CommandKind::record) command.event->completed(command.value);
  if (const std::shared_ptr<Stream> stream = strip(command)) stream->retired_.fetch_add(1, std::memory_order_release);
  if (command.notify || command.kind == CommandKind::notify) {
    command.done(command);
  } else {
    command.pool->give_back(command);
  }
}

bool Stream::all_done() noexcept {
  const Status status = core_.driver->stream_query(handle_);
  if (is_sticky(status)) core_.note_fault(status, Operation::stream_query);
  return status == kSuccess;
}

void Stream::mark(Command& last) noexcept {
  if (core_.driver->completes_inline() && all_done()) return retire_all();
  EventSlot* slot = core_.events.take(false);
  if (slot != nullptr) {
    const Status status = core_.driver->event_record(slot->handle(), handle_);
    if (status != kSuccess) {
      if (is_sticky(status)) core_.note_fault(status, Operation::event_record);
      core_.events.release(std::exchange(slot, nullptr));
    }
  }
  // Without an event, the mark is reached when the whole stream is idle: later, but sure.
  mark_with(last, slot);
}

void Stream::mark_with(Command& last, EventSlot* slot) noexcept {
  last.mark = slot;
  if (marks_.empty()) progress_ = core_.executor->now();
  marks_.push_back(&last);
  unmarked_ = 0;
}

void Stream::flush() noexcept {
  flushing_ = false;
  if (marks_.empty() && !issued_.empty()) mark(issued_.back());
}

bool Stream::poll() noexcept {
  bool progressed = false;
  while (!marks_.empty()) {
    Command& last = *marks_.front();
    const Status status = query(last);
    if (status == kNotReady) break;
    failed_queries_ = 0;
    retire_through(last);
    progressed = true;
  }
  if (progressed) {
    progress_ = core_.executor->now();
    flush();
  }
  return progressed;
}

// kSuccess or kNotReady. A question that fails says nothing of the work, whose memory must stay until its end is certain:
// the event is trusted no more, and the stream is asked. A device that can't say that either, time after time, is lost.
Status Stream::query(Command& last) noexcept {
  if (last.mark != nullptr) {
    const Status status = core_.driver->event_query(last.mark->handle());
    if (status == kSuccess || status == kNotReady) return status;
    if (is_sticky(status)) core_.note_fault(status, Operation::event_query);
    core_.events.discard(std::exchange(last.mark, nullptr));
  }
  const Status status = core_.driver->stream_query(handle_);
  if (status == kSuccess || status == kNotReady) return status;
  if (is_sticky(status) || ++failed_queries_ == kFailedQueries) core_.note_fault(status, Operation::stream_query);
  return kNotReady;
}

// A stream works in order: when it is idle, or a later event is reached, then so is the oldest, whatever it says. It is
// asked once more after that, since it may have been reached in between.
void Stream::check() noexcept {
  progress_ = core_.executor->now();
  Command& oldest = *marks_.front();
  if (oldest.mark == nullptr) return;
  const auto reached = [this](const Command* command) {
    return command->mark != nullptr && core_.driver->event_query(command->mark->handle()) == kSuccess;
  };
  const bool passed = std::any_of(marks_.begin() + 1, marks_.end(), reached) || all_done();
  if (!passed || core_.driver->event_query(oldest.mark->handle()) != kNotReady) return;
  if (oldest.error == nullptr) {
    oldest.error = make_error(kLostCompletion, operation_name(Operation::event_query),
                              std::string("command=") + name_of(oldest) + " stream=" + options_.label);
  }
  core_.events.discard(std::exchange(oldest.mark, nullptr));
  retire_through(oldest);
  flush();
  // Whoever waited for it may be ready now, and the device's thread is about to sleep.
  core_.executor->wake();
}

void Stream::retire_all() noexcept {
  if (!issued_.empty()) retire_through(issued_.back());
}

Command& Stream::pop_issued() noexcept {
  --issued_count_;
  return issued_.pop();
}

void Stream::retire_through(const Command& last) noexcept {
  for (;;) {
    Command& command = pop_issued();
    if (!marks_.empty() && marks_.front() == &command) marks_.pop_front();
    const bool was_last = &command == &last;
    if (issued_.empty()) unmarked_ = 0;
    finish(command);
    if (was_last) break;
  }
  // There is room again.
  if (!paused_ && !waiting_.empty()) resume_later();
}

// The end of every command that entered the stream.
void Stream::finish(Command& command) noexcept {
  trace_span(command);
  for (EventSlot** slot : {&command.mark, &command.began, &command.ended}) {
    core_.events.release(std::exchange(*slot, nullptr));
  }
  if (command.kind == CommandKind::record) command.event->completed(command.value);
  if (command.action != nullptr) command.error = command.action->finished(std::move(command.error));
  const std::shared_ptr<Stream> self = strip(command);
  // A task's own command has no stream; errors that were kept are not for it.
  if (self != nullptr) retired_.fetch_add(1, std::memory_order_release);
  if (command.notify || command.kind == CommandKind::notify) {
    if (self != nullptr && command.error == nullptr) command.error = std::exchange(kept_error_, nullptr);
    command.done(command);
  } else {
    if (kept_error_ == nullptr) kept_error_ = std::move(command.error);
    command.pool->give_back(command);
  }
}

void Stream::trace_span(const Command& command) noexcept {
  if (command.began == nullptr || command.ended == nullptr) return;
  trace::Span span;
  if (core_.driver->event_time(command.began->handle(), span.start) != kSuccess) return;
  if (core_.driver->event_time(command.ended->handle(), span.end) != kSuccess) return;
  span.lane = trace::lane("stream:" + options_.label);
  span.name = name_of(command);
  span.bytes = bytes_of(command);
  trace::record(span);
}

void Stream::reject_waiting(const ErrorPtr& error) noexcept {
  while (!waiting_.empty()) refuse(waiting_.pop(), error);
}

void Stream::reject_paused(const ErrorPtr& error) noexcept {
  if (paused_ && !parked_) reject_waiting(error);
}

void Stream::reject_issued(const ErrorPtr& error) noexcept {
  marks_.clear();
  while (!issued_.empty()) {
    Command& command = pop_issued();
    command.error = error;
    finish(command);
  }
  unmarked_ = 0;
}

}  // namespace heddle::cuda
