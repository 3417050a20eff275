#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "native/clock.hpp"

namespace heddle::cuda::host {

class Capture;
class SharedMapping;

// An event of a host device. It outlives its handle while a stream still has work that names it. What is not atomic is
// guarded by the mutex of the device (see Engine).
struct Event : std::enable_shared_from_this<Event> {
  explicit Event(bool with_timing) noexcept : timing(with_timing) {}

  // Has the `record`-th record been reached? A waiting stream means the record that was the latest when it was told to
  // wait, whatever became of the event since.
  [[nodiscard]] bool reached(std::uint64_t record) const noexcept { return last_reached >= record; }

  const bool timing;
  std::shared_ptr<Event> handle;  // what event_create gave out; event_destroy lets go
  std::uint64_t records = 0;      // how often it was recorded
  std::uint64_t last_reached = 0;
  bool lost = false;                 // the latest record is reached but never says so
  std::atomic<bool> reported{true};  // what a query sees, of the latest record
  Nanoseconds time = 0;
  // When the latest record is in a capture: which, and as which of its steps, from 1. The device's thread only.
  std::weak_ptr<Capture> captured_in;
  std::size_t captured_as = 0;
  // Of an event that processes share: what they count in. Nothing above but the handle means anything then.
  std::shared_ptr<SharedMapping> shared;
  [[nodiscard]] bool captured() const noexcept { return captured_as != 0; }
};

}  // namespace heddle::cuda::host
