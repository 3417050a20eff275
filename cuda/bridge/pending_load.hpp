#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "cuda/bridge/device_port.hpp"
#include "native/bridge/operation.hpp"

namespace heddle::cuda {

// A load that JavaScript waits for, and may abort.
class PendingLoad final : public bridge::PendingOperation {
 public:
  // Starts it, and registers with the bridge. It goes away by itself when the load has ended.
  static void start(DevicePort& port, std::int32_t id, Device& device, std::string path, LoadOptions options,
                    bool progress);

  void cancel() noexcept override;

 private:
  // How far the load is, on its way to the JS thread: one message at a time, with the latest number.
  struct Progress : bridge::RemoteCompletion {
    explicit Progress(PendingLoad& load) noexcept : RemoteCompletion(&Progress::on_finish), owner(load) {}
    static void on_finish(RemoteCompletion& completion) noexcept;

    PendingLoad& owner;
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> total{0};
    std::atomic<bool> posted{false};
  };

  PendingLoad(DevicePort& port, std::int32_t id) noexcept : PendingOperation(id), port_(port), progress_(*this) {}

  void finish(const Loaded& loaded);

  DevicePort& port_;
  Progress progress_;
  std::shared_ptr<LoadControl> control_;
};

}  // namespace heddle::cuda
