#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heddle::cuda {

enum class Unavailable : std::uint8_t {
  none,        // CUDA can be used
  not_built,   // this build has no CUDA runtime
  no_driver,   // libcuda is not there
  old_driver,  // the driver is older than the runtime in this build
  no_device,   // driver fine, no GPU (or none visible)
};

// "not-built", "no-driver", ...; "" for none.
[[nodiscard]] const char* reason_name(Unavailable reason) noexcept;

struct Availability {
  bool ok = false;
  Unavailable reason = Unavailable::not_built;
  int error = 0;       // the runtime's error number that told; 0 when it told nothing
  int driver = 0;      // the CUDA version the driver supports, as 13000 for 13.0; 0 without a driver
  int runtime = 0;     // the CUDA version of the runtime in this build; 0 when not built
  std::string remedy;  // what to do, for people; "" when ok
};

struct DeviceInfo {
  int ordinal = 0;
  bool host = false;  // the host device
  std::string name;
  int compute_major = 0;  // 0.0 on the host device
  int compute_minor = 0;
  int multiprocessors = 0;  // CPU cores on the host device
  std::size_t memory_bytes = 0;
  std::string pci_bus_id;  // "0000:17:00.0"; "" on the host device
  std::string uuid;        // "GPU-xxxxxxxx-...": as nvidia-smi prints it; "" on the host device
};

// Both may be called on any thread and never throw. Nothing is asked of CUDA before the first call. On a machine with a
// driver that first call loads and initialises it, which can take 0.1 s and more.
[[nodiscard]] Availability availability() noexcept;
// The GPUs; empty when there are none. The host device is not listed: it is opened by name, never by search.
[[nodiscard]] std::vector<DeviceInfo> devices() noexcept;

}  // namespace heddle::cuda
