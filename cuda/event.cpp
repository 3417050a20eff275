#include "cuda/event.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/stream.hpp"

namespace heddle::cuda {

void Event::issued(EventSlot* slot) noexcept { core_.events.release(std::exchange(slot_, slot)); }

void Event::end_turn() noexcept {
  ++turn_;
  for (Stream* stream = std::exchange(parked_, nullptr); stream != nullptr;) {
    Stream* following = std::exchange(stream->next_parked_, nullptr);
    stream->unpause();
    stream = following;
  }
}

void Event::completed(std::uint64_t record) noexcept {
  if (record <= completed_.load(std::memory_order_relaxed)) return;
  completed_.store(record, std::memory_order_release);
  if (listeners_.empty()) return;
  const auto due = std::partition(listeners_.begin(), listeners_.end(),
                                  [record](const Listener& listener) { return listener.record > record; });
  const std::vector<Listener> ready(std::make_move_iterator(due), std::make_move_iterator(listeners_.end()));
  listeners_.erase(due, listeners_.end());
  for (const Listener& listener : ready) listener.tell();
}

void Event::when_completed(std::uint64_t record, std::function<void()> tell) {
  if (record <= completed_.load(std::memory_order_relaxed)) return tell();
  listeners_.push_back({record, std::move(tell)});
}

void Event::dispose() noexcept { core_.events.release(slot_); }

}  // namespace heddle::cuda
