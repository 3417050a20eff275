#pragma once

#include <cstddef>

#include "cuda/command.hpp"
#include "cuda/row_copy.hpp"
#include "cuda/staging.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class DeviceCore;
class Stream;

// A copy that a device can't do by itself, or not without blocking whoever asks: to or from pageable memory, piece by piece
// through the staging ring, or between two places of the host, by this thread. In the order of its stream, which is paused meanwhile. So whatever follows on the stream sees all of its effect.
class StagedCopy {
 public:
  // A command of kind copy: takes it over and hands it back through Stream::carried_out().
  [[nodiscard]] static Task<void> run(DeviceCore& core, Stream& stream, Command& command);
  // The same for part of what a command is to do. The stream is paused already, and stays so.
  [[nodiscard]] static Task<ErrorPtr> copy(DeviceCore& core, Stream& stream, const Command& command, RowCopy rows);

 private:
  using Slot = Staging::Slot;

  // Where a piece begins, and what there is of it: whole rows, or part of one that is too long for a slot.
  struct Piece {
    std::size_t row = 0;
    std::size_t column = 0;
    std::size_t width = 0;
    std::size_t rows = 0;
  };

  StagedCopy(DeviceCore& core, Stream& stream, const Command& command, const RowCopy& rows) noexcept
      : core_(core), stream_(stream), command_(command), rows_(rows) {}

  [[nodiscard]] Task<ErrorPtr> upload();
  [[nodiscard]] Task<ErrorPtr> download();
  // The device can reach neither side: waits for what came before, then copies here.
  [[nodiscard]] Task<ErrorPtr> copy_on_host();

  // The next piece; none when its width is 0.
  [[nodiscard]] Piece next() noexcept;
  [[nodiscard]] RowCopy between(const Piece& piece) const noexcept;
  [[nodiscard]] RowCopy into(const Slot& slot, const Piece& piece) const noexcept;
  [[nodiscard]] RowCopy out_of(const Slot& slot, const Piece& piece) const noexcept;

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
  const Command& command_;
  const RowCopy rows_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace heddle::cuda
