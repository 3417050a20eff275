#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "cuda/disposable.hpp"

namespace heddle::cuda {

class DeviceCore;
class EventSlot;
class Stream;

// A point in a stream's work that others can wait for. Made by Device::event(), recorded and waited for by commands,
// in program order: a wait means the latest record that was submitted before it. An event that was never
// recorded counts as done. Any thread may ask done(), and drop its reference.
class Event final : private Disposable {
 public:
  // `core` is the device's. Others call Device::event(). With `timing` it knows when it was reached.
  Event(DeviceCore& core, bool timing) noexcept : timing_(timing), core_(core) {}

  // The latest record has been reached, or has failed. Never blocks.
  [[nodiscard]] bool done() const noexcept {
    return completed_.load(std::memory_order_acquire) >= submitted_.load(std::memory_order_relaxed);
  }

 private:
  friend class DeviceThread;
  friend class Stream;

  // Records and waits of an event take turns, in the order in which they were submitted, whatever their streams: so
  // a wait finds the record that it means, neither too early nor overwritten by a later one. A stream whose turn has
  // not come parks. Nobody can wait in a circle, since everyone waits for what was submitted before.
  [[nodiscard]] bool has_turn(std::uint64_t turn) const noexcept { return turn <= turn_; }
  void end_turn() noexcept;

  // A record left the queue of its stream. `slot`, one reference of which is now the event's, is null when there is
  // nothing to wait for: the record was reached at once, or it failed.
  void issued(EventSlot* slot) noexcept;
  void completed(std::uint64_t record) noexcept;
  // Calls `tell` when that record has been reached or has failed, perhaps at once.
  void when_completed(std::uint64_t record, std::function<void()> tell);
  void dispose() noexcept override;

  struct Listener {
    std::uint64_t record;
    std::function<void()> tell;
  };

  const bool timing_;
  DeviceCore& core_;
  std::atomic<std::uint64_t> submitted_{0};  // by the submitter
  std::atomic<std::uint64_t> completed_{0};  // by the device's thread
  std::atomic<std::uint64_t> turns_{0};      // by the submitter
  std::uint64_t turn_ = 0;
  EventSlot* slot_ = nullptr;  // of the latest record that was issued
  Stream* parked_ = nullptr;   // streams whose turn has not come
  std::vector<Listener> listeners_;
};

}  // namespace heddle::cuda
