#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/action.hpp"
#include "cuda/error.hpp"
#include "cuda/memory.hpp"

namespace heddle::cuda {

class CommandPool;
class Event;
class EventSlot;
class Stream;

enum class CommandKind : std::uint8_t {
  copy,       // destination = source: same length, any two spaces, any alignment
  fill,       // destination (device or pinned) = `value` repeated; its width, 1, 2, 4 or 8, divides address and length
  histogram,  // destination, 256 u64 counters, each += how often that byte occurs in source; device or pinned
  record,     // `event` is reached when everything submitted to the stream before is done
  wait,       // what follows on the stream waits for the latest record of `event`; nothing else blocks
  action,     // `action`, whatever it is
  notify,     // does nothing: `done` is called when everything submitted to the stream before is done
};

// One instruction to a stream. Its life:
//
//   taken from a CommandPool and filled in by the submitter
//   -> Device::submit(): the device owns it
//   -> notify: `done` is called exactly once, on the device's thread, and the submitter owns it again
//      otherwise: the device gives it back to the pool; its error, if any, is kept by the stream and handed to the
//      next command of that stream that does notify
//
// The spans, the event and the action are released on the device's thread just before that, after the last use.
struct Command {
  using Function = void (*)(Command&) noexcept;

  CommandKind kind = CommandKind::notify;
  bool notify = false;     // kind notify implies it
  std::uint8_t width = 1;  // fill: bytes per element
  std::shared_ptr<Stream> stream;
  std::shared_ptr<Event> event;
  Span destination;
  Span source;
  std::unique_ptr<StreamAction> action;
  std::uint64_t value = 0;  // fill: the element, in the low bytes; record: set by submit()
  std::uint64_t turn = 0;   // record, wait: its place among all of the event's; set by submit()

  Function done = nullptr;  // required with notify
  void* context = nullptr;  // the submitter's own
  std::uint64_t token = 0;  // the submitter's own
  ErrorPtr error;           // set when `done` is called; null on success

  Command* next = nullptr;      // the queue that the command is in: the pool's, the inbox's or the stream's
  CommandPool* pool = nullptr;  // where it came from; null for a command that somebody else owns (must notify)

  // The stream's own, while the command is in flight: the event that tells, and the two that time it for the trace.
  EventSlot* mark = nullptr;
  EventSlot* began = nullptr;
  EventSlot* ended = nullptr;
};

static_assert(sizeof(Command) <= 256, "commands are written and read by the thousand");

}  // namespace heddle::cuda
