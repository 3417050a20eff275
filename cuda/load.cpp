#include "cuda/load.hpp"

#include <utility>

#include "cuda/device.hpp"
#include "cuda/device_thread.hpp"
#include "cuda/load_file.hpp"
#include "native/stop_token.hpp"

namespace heddle::cuda {

namespace {

using Told = std::function<void(Loaded)>;

Task<void> stop_load(std::shared_ptr<LoadStop> load) {
  load->request();
  co_return;
}

}  // namespace

LoadControl::LoadControl(std::weak_ptr<DeviceThread> thread, std::shared_ptr<LoadStop> stop) noexcept
    : thread_(std::move(thread)), stop_(std::move(stop)) {}

void LoadControl::abort() {
  const std::shared_ptr<DeviceThread> thread = thread_.lock();
  if (thread == nullptr) return;
  // The callbacks of a stop belong inside the executor.
  thread->post([thread = thread.get(), stop = stop_](const ErrorPtr& closed) {
    if (closed != nullptr) return;
    DeviceCore& core = thread->core();
    core.tasks.spawn_on(*core.executor, stop_load(stop));
  });
}

std::shared_ptr<LoadControl> load(Device& device, std::string path, LoadOptions options) {
  DeviceThread& thread = device.thread();
  const auto stop = std::make_shared<LoadStop>();
  const auto refuse = [](const Told& told, const ErrorPtr& why) {
    Loaded failed;
    failed.device_error = why;
    told(std::move(failed));
  };
  Told loaded = std::move(options.loaded);
  const auto begin = [&thread, stop, refuse, path = std::move(path), options = std::move(options)](
                         const Told& told, const ErrorPtr& why) {
    if (why != nullptr) return refuse(told, why);
    thread.post([&thread, stop, refuse, path, options, told](const ErrorPtr& closed) mutable {
      const ErrorPtr refusal = closed != nullptr ? closed : thread.refusal();
      if (refusal != nullptr) return refuse(told, refusal);
      DeviceCore& core = thread.core();
      options.loaded = std::move(told);
      core.tasks.spawn_on(*core.executor, load_file(thread, std::move(path), std::move(options), stop));
    });
  };
  // By way of the slow lane, where it queues behind the opening of the device.
  thread.lane().ask(std::move(loaded), begin);
  return std::make_shared<LoadControl>(thread.weak_from_this(), stop);
}

}  // namespace heddle::cuda
