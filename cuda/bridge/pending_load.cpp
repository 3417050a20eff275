#include "cuda/bridge/pending_load.hpp"

#include <utility>

namespace heddle::cuda {

// The progress message and the end are posted by the same thread, so the end comes after it and may destroy the load.
void PendingLoad::start(DevicePort& port, std::int32_t id, Device& device, std::string path, LoadOptions options,
                        bool progress) {
  auto* pending = new PendingLoad(port, id);
  port.bridge_.begin(*pending);
  if (progress) {
    options.progress = [pending](std::uint64_t done, std::uint64_t total) {
      Progress& message = pending->progress_;
      message.bytes.store(done, std::memory_order_relaxed);
      message.total.store(total, std::memory_order_relaxed);
      if (!message.posted.exchange(true, std::memory_order_acq_rel)) pending->port_.bridge_.post(message);
    };
  }
  options.loaded = [pending](Loaded loaded) {
    pending->port_.post([pending, ended = std::move(loaded)] { pending->finish(ended); });
  };
  pending->control_ = cuda::load(device, std::move(path), std::move(options));
}

void PendingLoad::cancel() noexcept { control_->abort(); }

void PendingLoad::Progress::on_finish(RemoteCompletion& completion) noexcept {
  auto& message = static_cast<Progress&>(completion);
  message.posted.store(false, std::memory_order_release);
  DevicePort& port = message.owner.port_;
  const std::int32_t id = message.owner.id;
  port.add_detail(id, TotalBytes{message.total.load(std::memory_order_relaxed)});
  port.bridge_.report_progress(id, static_cast<double>(message.bytes.load(std::memory_order_relaxed)));
}

void PendingLoad::finish(const Loaded& loaded) {
  const std::unique_ptr<PendingLoad> last_act(this);
  bridge::Bridge& bridge = port_.bridge_;
  if (loaded.device_error != nullptr) {
    port_.fail(id, loaded.device_error);
  } else if (loaded.file_error != 0) {
    port_.add_detail(id, FileFailure{loaded.syscall});
    bridge.reply(id, -loaded.file_error, 0);
  } else {
    port_.add_detail(id, loaded.stats);
    const BlockPtr& block = loaded.block;
    bridge.reply(id, 0, bridge.memory().add_owned(block, block->address(), block->bytes(), bridge::Space::device));
  }
}

}  // namespace heddle::cuda
