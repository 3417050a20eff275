#include "cuda/staging.hpp"

#include <utility>

#include "cuda/allocate.hpp"
#include "cuda/device_core.hpp"

namespace heddle::cuda {

Task<ErrorPtr> Staging::prepare() {
  if (block_ != nullptr) co_return nullptr;
  const MemoryKeeper::Request request{.space = Space::pinned, .bytes = kSlotBytes * kSlots, .pool = nullptr};
  AwaitedAllocation allocation(core_, request);
  ErrorPtr error = co_await allocation;
  if (error != nullptr) co_return error;
  // Two copies may have come here at once; one ring is enough.
  if (block_ != nullptr) co_return nullptr;
  block_ = std::move(allocation.block);
  for (std::size_t i = 0; i < kSlots; ++i) {
    slots_[i].owner = this;
    slots_[i].memory = span_of(block_, i * kSlotBytes, kSlotBytes);
    slots_[i].next = std::exchange(free_, &slots_[i]);
  }
  co_return nullptr;
}

Staging::Slot* Staging::try_take() noexcept {
  if (free_ == nullptr || !waiting_.empty()) return nullptr;
  return std::exchange(free_, free_->next);
}

void Staging::give_back(Slot& slot) noexcept {
  if (waiting_.empty()) {
    slot.next = std::exchange(free_, &slot);
    return;
  }
  slot.next = std::exchange(promised_, &slot);
  core_.executor->schedule(waiting_.pop());
}

void Staging::wake(Runnable& waiter) noexcept { core_.executor->schedule(waiter); }

Staging::Slot* Staging::take_promised() noexcept { return std::exchange(promised_, promised_->next); }

void Staging::close() noexcept {
  free_ = nullptr;
  for (Slot& slot : slots_) slot.memory = {};
  block_ = nullptr;
}

}  // namespace heddle::cuda
