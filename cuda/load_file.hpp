#pragma once

#include <memory>
#include <string>

#include "cuda/load.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle::cuda {

class DeviceThread;

// The connection between a load and whoever may abort it. The device's thread only.
class LoadStop {
 public:
  void request() noexcept {
    requested_ = true;
    if (source_ != nullptr) source_->request_stop();
  }
  // From here to disconnect() a request reaches the source.
  void connect(StopSource& source) noexcept {
    source_ = &source;
    if (requested_) source.request_stop();
  }
  void disconnect() noexcept { source_ = nullptr; }
  [[nodiscard]] bool requested() const noexcept { return requested_; }

 private:
  StopSource* source_ = nullptr;
  bool requested_ = false;
};

// The whole of a load, for the scope of the device's tasks. Never throws.
[[nodiscard]] Task<void> load_file(DeviceThread& thread, std::string path, LoadOptions options,
                                   std::shared_ptr<LoadStop> stop);

}  // namespace heddle::cuda
