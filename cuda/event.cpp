#include "cuda/event.hpp"

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

void Event::dispose() noexcept { core_.events.release(slot_); }

}  // namespace heddle::cuda
