#pragma once

#include <unordered_map>

#include "cuda/device_core.hpp"
#include "cuda/event_slots.hpp"

namespace heddle::cuda {

class Event;

// The driver's events that stand for events while a capture goes on: what is recorded in a capture has no effect on the
// events themselves. The device's thread only.
class CapturedEvents {
 public:
  // The core is told that its streams are being captured, until the end.
  explicit CapturedEvents(DeviceCore& core) noexcept : core_(core) { core_.capturing = true; }
  CapturedEvents(const CapturedEvents&) = delete;
  CapturedEvents& operator=(const CapturedEvents&) = delete;
  ~CapturedEvents() {
    core_.capturing = false;
    for (EventSlot* slot : slots_) core_.events.release(slot);
  }

  // For a record, which takes a fresh one each time. Null when the driver has none to give.
  [[nodiscard]] EventSlot* take(const Event& event) {
    EventSlot* slot = core_.events.take(false);
    if (slot == nullptr) return nullptr;
    slots_.push_back(slot);
    latest_[&event] = slot;
    return slot;
  }
  // For a wait. Null when the event was not recorded in this capture.
  [[nodiscard]] EventSlot* find(const Event& event) const {
    const auto found = latest_.find(&event);
    return found == latest_.end() ? nullptr : found->second;
  }

 private:
  DeviceCore& core_;
  std::vector<EventSlot*> slots_;
  std::unordered_map<const Event*, EventSlot*> latest_;
};

}  // namespace heddle::cuda
