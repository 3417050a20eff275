#pragma once

#include "native/io/request.hpp"
#include "native/trace.hpp"

namespace heddle::io {

inline const char* name_of(Opcode opcode) noexcept {
  switch (opcode) {
    case Opcode::open:
      return "open";
    case Opcode::close:
      return "close";
    case Opcode::read:
      return "read";
    case Opcode::readv:
      return "readv";
    case Opcode::write:
      return "write";
    case Opcode::writev:
      return "writev";
    case Opcode::fsync:
      return "fsync";
    case Opcode::fdatasync:
      return "fdatasync";
    case Opcode::statx:
      return "statx";
    case Opcode::accept:
      return "accept";
    case Opcode::connect:
      return "connect";
    case Opcode::receive:
      return "receive";
    case Opcode::send:
      return "send";
    case Opcode::receive_message:
      return "receive message";
    case Opcode::send_message:
      return "send message";
    case Opcode::accept_many:
      return "accept many";
    case Opcode::receive_many:
      return "receive many";
  }
  return "";
}

// Its result, where it succeeds, is a number of bytes.
inline bool moves_bytes(Opcode opcode) noexcept {
  return (opcode >= Opcode::read && opcode <= Opcode::writev) ||
         (opcode >= Opcode::receive && opcode <= Opcode::send_message);
}

// A request's span in a trace runs from its submission to its completion.
inline void begin_span(Request& request) noexcept {
  request.traced_since = trace::enabled() ? Clock::monotonic().now() : 0;
}

inline void end_span(const Request& request) {
  if (request.traced_since == 0 || !trace::enabled()) return;
  const bool moved = moves_bytes(request.opcode) && request.result > 0;
  trace::record({.lane = trace::kRingLane,
                 .name = name_of(request.opcode),
                 .start = request.traced_since,
                 .end = Clock::monotonic().now(),
                 .bytes = moved ? static_cast<std::uint64_t>(request.result) : 0});
}

}  // namespace heddle::io
