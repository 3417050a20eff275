#pragma once

#include <array>
#include <coroutine>
#include <cstddef>

#include "cuda/command.hpp"
#include "cuda/error.hpp"
#include "cuda/memory.hpp"
#include "cuda/row_copy.hpp"
#include "native/ready_queue.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class DeviceCore;

// The small pinned ring through which pageable memory is copied on a device that can't reach it, shared by all streams.
// The device's thread only.
class Staging {
 public:
  static constexpr std::size_t kSlotBytes = std::size_t{1} << 20;
  static constexpr std::size_t kSlots = 4;

  struct Slot {
    Staging* owner = nullptr;
    Span memory;
    Command command;  // internal: says when the device is done with the slot
    Slot* next = nullptr;
    // A download's: what is to be done when it has arrived, and who waits for it.
    RowCopy unload;
    bool arrived = false;
    Runnable* waiter = nullptr;
  };

  explicit Staging(DeviceCore& core) noexcept : core_(core) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Allocates the ring the first time. Null: it is there.
  [[nodiscard]] Task<ErrorPtr> prepare();

  // `Slot* slot = co_await staging.take();` waits for a free one, first come first served. Whoever waits must hold none,
  // or all could wait for each other.
  [[nodiscard]] auto take() noexcept {
    struct Awaiter : Runnable {
      explicit Awaiter(Staging& owner) noexcept : staging(owner) {}
      bool await_ready() noexcept { return (slot = staging.try_take()) != nullptr; }
      void await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle = awaiting;
        staging.waiting_.push(*this);
      }
      Slot* await_resume() noexcept { return slot != nullptr ? slot : staging.take_promised(); }
      Staging& staging;
      Slot* slot = nullptr;
    };
    return Awaiter(*this);
  }
  // Null when none is free, or others wait.
  [[nodiscard]] Slot* try_take() noexcept;
  void give_back(Slot& slot) noexcept;
  void wake(Runnable& waiter) noexcept;
  void close() noexcept;

 private:
  [[nodiscard]] Slot* take_promised() noexcept;

  DeviceCore& core_;
  BlockPtr block_;
  std::array<Slot, kSlots> slots_;
  Slot* free_ = nullptr;
  Slot* promised_ = nullptr;  // given back to somebody who waited and has not resumed yet
  ReadyQueue waiting_;
};

}  // namespace heddle::cuda
