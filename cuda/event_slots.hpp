#pragma once

#include <memory>
#include <vector>

#include "cuda/driver.hpp"

namespace heddle::cuda {

// A driver event that several parties look at: the Event that was recorded, the stream that waits for the completion.
// Each record takes a fresh one, so that recording again never disturbs who still looks at the last.
class EventSlot {
 public:
  [[nodiscard]] EventHandle handle() const noexcept { return handle_; }
  void share() noexcept { ++references_; }

 private:
  friend class EventSlots;

  EventHandle handle_ = nullptr;
  bool timing_ = false;
  unsigned references_ = 0;
};

// All driver events of a device, kept for reuse. The device's thread only.
class EventSlots {
 public:
  EventSlots() = default;
  EventSlots(const EventSlots&) = delete;
  EventSlots& operator=(const EventSlots&) = delete;

  // Before anything else. The driver must stay until close().
  void open(Driver& driver) noexcept { driver_ = &driver; }
  // With one reference; null when the driver has none to give.
  [[nodiscard]] EventSlot* take(bool timing) noexcept;
  // Why take() gave null.
  [[nodiscard]] Status refusal() const noexcept { return refusal_; }
  // Lets go of one reference. Null is fine.
  void release(EventSlot* slot) noexcept;
  // The same for an event that can't be trusted any more: it is not used again.
  void discard(EventSlot* slot) noexcept;
  // Destroys all of them; none may be used or released any more.
  void close() noexcept;

 private:
  Driver* driver_ = nullptr;
  Status refusal_ = kSuccess;
  std::vector<std::unique_ptr<EventSlot>> all_;
  std::vector<EventSlot*> free_[2];  // without and with timing
};

}  // namespace heddle::cuda
