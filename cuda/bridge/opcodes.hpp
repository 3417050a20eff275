#pragma once

#include <cstdint>

#include "native/bridge/layout.hpp"

namespace heddle::cuda {

// What JavaScript asks of streams. All begin with a: the stream; id 0 means that nobody waits for this one.
enum class StreamOpcode : std::int32_t {
  copy = static_cast<std::int32_t>(bridge::Opcode::first_device_opcode),
  // copy: b, x: destination memory and offset; c, y: source memory and offset; z: bytes
  fill,         // b, x: destination; z: bytes; c: bytes per element; d, y: the element's low and high 32 bits
  histogram,    // b, x: counters; c, y: source; z: bytes of the source
  record,       // b: event
  wait,         // b: event
  notify,       //
  drop_stream,  // nobody will name it again
  drop_event,   // a: event
  launch,       // b: kernel; c: where its arguments lie (see launch_record.hpp)
  drop_kernel,  // a: kernel
  drop_library,  // a: library
};

}  // namespace heddle::cuda
