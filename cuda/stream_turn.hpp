#pragma once

#include "cuda/command.hpp"
#include "cuda/row_copy.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class DeviceCore;
class Stream;

// What an action's run() has of the stream that is paused for it. The device's thread only.
class StreamTurn {
 public:
  // Runs the command's action, and lets the stream go on.
  [[nodiscard]] static Task<void> give(DeviceCore& core, Stream& stream, Command& command);

  // Set when the device is about to close or has died.
  [[nodiscard]] StopToken stop() const noexcept;
  // To be given work that run() hands over itself.
  [[nodiscard]] StreamHandle stream() const noexcept;
  // Everything that was issued to the stream so far is done; or why it will not be.
  [[nodiscard]] Task<ErrorPtr> reached();
  // Ordinary memory goes through the staging ring where the device can't reach it.
  [[nodiscard]] Task<ErrorPtr> copy(RowCopy rows);

 private:
  StreamTurn(DeviceCore& core, Stream& stream, Command& command) noexcept
      : core_(core), stream_(stream), command_(command) {}

  DeviceCore& core_;
  Stream& stream_;
  Command& command_;
};

}  // namespace heddle::cuda
