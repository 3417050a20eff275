#include "cuda/availability.hpp"

#ifdef HEDDLE_WITH_CUDART
#include "cuda/cudart/probe.hpp"
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

Availability availability() noexcept { return cudart::availability(); }

std::vector<DeviceInfo> devices() noexcept { return cudart::devices(); }

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

}  // namespace heddle::cuda
