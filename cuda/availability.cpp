#include "cuda/availability.hpp"

#include <memory>
#include <mutex>
#include <utility>

#include "cuda/left_behind.hpp"
#include "native/blocking_pool.hpp"
#include "native/immortal.hpp"

#ifdef HEDDLE_WITH_CUDART
#include "cuda/cudart/probe.hpp"
#include "cuda/pci_link.hpp"
#endif

namespace heddle::cuda {

const char* reason_name(Unavailable reason) noexcept {
  switch (reason) {
    case Unavailable::none:
      return "";
    case Unavailable::not_built:
      return "not-built";
    case Unavailable::no_driver:
      return "no-driver";
    case Unavailable::old_driver:
      return "old-driver";
    case Unavailable::no_device:
      return "no-device";
    case Unavailable::permission:
      return "permission";
  }
  return "";
}

#ifdef HEDDLE_WITH_CUDART

namespace {

// What CUDA has said, which stays true for the process once there are GPUs: it counts them once, too.
struct Findings {
  std::mutex mutex;
  Availability availability;
  std::vector<DeviceInfo> devices;
};

Findings& findings() {
  static Immortal<Findings> made;
  return *made;
}

}  // namespace

Availability availability() noexcept {
  Findings& kept = findings();
  const std::lock_guard lock(kept.mutex);
  if (!kept.availability.ok) kept.availability = cudart::availability();
  return kept.availability;
}

std::vector<DeviceInfo> devices() noexcept {
  Findings& kept = findings();
  const std::lock_guard lock(kept.mutex);
  if (kept.devices.empty()) kept.devices = cudart::devices();
  try {
    std::vector<DeviceInfo> now = kept.devices;
    for (DeviceInfo& device : now) device.pci_link = pci_link_at(device.pci_bus_id);
    return now;
  } catch (...) {  // no memory for the list
    return {};
  }
}

#else

Availability availability() noexcept {
  Availability availability;
  availability.remedy =
      "This build of heddle has no CUDA runtime. Install the prebuilt package, or build it where a CUDA toolkit is "
      "installed; open('host') works everywhere.";
  return availability;
}

std::vector<DeviceInfo> devices() noexcept { return {}; }

#endif

void discover(std::function<void()> found) {
  struct Asking final : BlockingPool::Job {
    explicit Asking(std::function<void()> told) : Job(&Asking::ask), tell(std::move(told)) {}
    static void ask(Job& job) noexcept {
      if (availability().ok) (void)devices();
      static_cast<Asking&>(job).tell();
    }
    const std::function<void()> tell;
  };
  left_behind::collect();
  const auto asking = std::make_shared<Asking>(std::move(found));
  auto thread = std::make_unique<BlockingPool>(1);
  thread->submit(*asking);
  left_behind::keep(std::move(thread), asking);
}

}  // namespace heddle::cuda
