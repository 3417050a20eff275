#pragma once

#include "cuda/bridge/device_port.hpp"
#include "native/bridge/operation.hpp"

namespace heddle::cuda {

// A command that JavaScript waits for. A device can't take back what it was given, so cancel() replies at once and the
// command goes on without anybody waiting; its memory stays held until it is done.
class PendingCommand final : public bridge::PendingOperation, private bridge::RemoteCompletion {
 public:
  // Makes `command` notify this, and registers with the bridge.
  PendingCommand(DevicePort& port, std::int32_t id, Command& command);

  void cancel() noexcept override;

 private:
  static void on_done(Command& command) noexcept;                // on the device's thread
  static void on_finish(RemoteCompletion& completion) noexcept;  // on the JS thread

  DevicePort& port_;
  const bridge::Bridge::Awaited awaited_;
  Command& command_;
  bool replied_ = false;
};

}  // namespace heddle::cuda
