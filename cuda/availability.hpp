#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace heddle::cuda {

enum class Unavailable : std::uint8_t {
  none,        // CUDA can be used
  not_built,   // this build has no CUDA runtime
  no_driver,   // libcuda is not there
  old_driver,  // the driver is older than the runtime in this build
  no_device,   // driver fine, no GPU (or none visible)
  permission,  // there is a GPU, but this process may not open its device nodes
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

// What one launch may ask for. The host device has the numbers of a usual GPU, so that a launch that it takes is not
// refused elsewhere.
struct LaunchLimits {
  int threads_per_block = 1024;
  int threads_per_multiprocessor = 1024;
  int registers_per_block = 65536;
  std::size_t shared_memory_per_block = 48 << 10;         // without asking
  std::size_t shared_memory_per_block_opt_in = 48 << 10;  // at most, for a kernel that was allowed more
  std::size_t shared_memory_per_multiprocessor = 48 << 10;
  std::array<int, 3> block{1024, 1024, 64};
  std::array<int, 3> grid{2147483647, 65535, 65535};
};

// How the device is connected, as the kernel says; all 0 when it does not.
struct PciLink {
  double gigatransfers = 0;  // per second and lane, at present: a link that idles may be slower than it can be
  int lanes = 0;
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
  PciLink pci_link;
  std::string uuid;         // "GPU-xxxxxxxx-...": as nvidia-smi prints it; "" on the host device
  int clock_megahertz = 0;  // at most; 0 on the host device
  int warp_size = 32;
  int copy_engines = 0;  // copies that run beside kernels, and beside each other; CPU cores on the host device
  std::size_t l2_bytes = 0;
  LaunchLimits limits;
};

// Both may be called on any thread and never throw. Nothing is asked of CUDA before the first call. On a machine with a
// driver that first call loads and initialises it, which can take 0.1 s and more; what it says of GPUs that can be used
// is kept, and the next call asks nothing.
[[nodiscard]] Availability availability() noexcept;
// The GPUs; empty when there are none. The host device is not listed: it is opened by name, never by search.
[[nodiscard]] std::vector<DeviceInfo> devices() noexcept;
// Asks both on a thread of its own, and calls back there. A driver that does not answer holds up nobody, nor the end of the
// process. Throws std::system_error when no thread is to be had.
void discover(std::function<void()> found);

}  // namespace heddle::cuda
