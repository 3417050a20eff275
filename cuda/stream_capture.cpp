#include "cuda/captured_events.hpp"
#include "cuda/device_core.hpp"
#include "cuda/stream.hpp"

// How commands enter a graph instead of a stream: the driver notes them; nothing is marked, and nothing retires.
namespace heddle::cuda {

ErrorPtr Stream::capture(Command& command, CapturedEvents& events) noexcept {
  switch (command.kind) {
    case CommandKind::copy: {
      const Span& destination = command.destination;
      const Span& source = command.source;
      if (destination.bytes != source.bytes) return outcome(kInvalidValue, Operation::copy, command);
      // What is staged is copied piece by piece, by the host.
      const bool pageable = destination.space == Space::pageable || source.space == Space::pageable;
      if (pageable) return outcome(kCaptureUnsupported, Operation::copy, command);
      if (source.bytes == 0) return nullptr;
      return copy_rows(
          command, rows_of({destination.address, destination.space, source.address, source.space, source.bytes}));
    }
    case CommandKind::fill:
      return fill(command);
    case CommandKind::histogram:
      return histogram(command);
    case CommandKind::action:
      return act(command);
    case CommandKind::record: {
      const EventSlot* slot = events.take(*command.event);
      const Status status =
          slot == nullptr ? core_.events.refusal() : core_.driver->event_record(slot->handle(), handle_);
      return outcome(status, Operation::event_record, command);
    }
    case CommandKind::wait: {
      const EventSlot* slot = events.find(*command.event);
      const Status status =
          slot == nullptr ? kCaptureIsolation : core_.driver->stream_wait_event(handle_, slot->handle());
      return outcome(status, Operation::stream_wait_event, command);
    }
    case CommandKind::notify:
      break;
  }
  return make_error(kCaptureUnsupported, operation_name(Operation::capture_begin));
}

}  // namespace heddle::cuda
