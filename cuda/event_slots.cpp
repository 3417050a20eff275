#include "cuda/event_slots.hpp"

namespace heddle::cuda {

EventSlot* EventSlots::take(bool timing) noexcept {
  std::vector<EventSlot*>& free = free_[timing ? 1 : 0];
  if (free.empty()) {
    auto slot = std::make_unique<EventSlot>();
    refusal_ = driver_->event_create(timing, slot->handle_);
    if (refusal_ != kSuccess) return nullptr;
    slot->timing_ = timing;
    free.push_back(slot.get());
    all_.push_back(std::move(slot));
  }
  EventSlot* slot = free.back();
  free.pop_back();
  slot->references_ = 1;
  return slot;
}

void EventSlots::release(EventSlot* slot) noexcept {
  if (slot != nullptr && --slot->references_ == 0) free_[slot->timing_ ? 1 : 0].push_back(slot);
}

void EventSlots::discard(EventSlot* slot) noexcept {
  // One reference too many: it never becomes free again.
  if (slot != nullptr) slot->share();
  release(slot);
}

void EventSlots::close() noexcept {
  for (const auto& slot : all_) driver_->event_destroy(slot->handle_);
  free_[0].clear();
  free_[1].clear();
  all_.clear();
}

}  // namespace heddle::cuda
