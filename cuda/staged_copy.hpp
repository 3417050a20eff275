#pragma once

#include <cstddef>

#include "cuda/command.hpp"
#include "cuda/staging.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class DeviceCore;
class Stream;

// A copy to or from pageable memory on a device that can't reach it: piece by piece through the staging ring, in the
// order of its stream, which is paused meanwhile. So whatever follows on the stream sees all of its effect.
class StagedCopy {
 public:
  // Takes the command over and hands it back through Stream::carried_out().
  [[nodiscard]] static Task<void> run(DeviceCore& core, Stream& stream, Command& command);

 private:
  using Slot = Staging::Slot;

  StagedCopy(DeviceCore& core, Stream& stream, Command& command) noexcept
      : core_(core), stream_(stream), command_(command) {}

  [[nodiscard]] Task<ErrorPtr> upload();
  [[nodiscard]] Task<ErrorPtr> download();
  // The device can reach neither side: waits for what came before, then copies here.
  [[nodiscard]] Task<ErrorPtr> copy_on_host();

  // `co_await arrival(slot)`: the device is done with the slot.
  struct Arrival : Runnable {
    explicit Arrival(Slot& awaited) noexcept : slot(awaited) {}
    bool await_ready() const noexcept { return slot.arrived; }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept {
      handle = awaiting;
      slot.waiter = this;
    }
    void await_resume() const noexcept { slot.waiter = nullptr; }
    Slot& slot;
  };
  // Puts the slot's command behind what was issued to the stream.
  void append(Slot& slot, Command::Function done) noexcept;
  static void give_back(Command& done) noexcept;
  static void arrive(Command& done) noexcept;

  DeviceCore& core_;
  Stream& stream_;
  Command& command_;
};

}  // namespace heddle::cuda
