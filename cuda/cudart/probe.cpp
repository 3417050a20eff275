#include "cuda/cudart/probe.hpp"

#include <cuda_runtime_api.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "cuda/device_nodes.hpp"
#include "cuda/error.hpp"
#include "cuda/pci_link.hpp"

namespace heddle::cuda::cudart {

namespace {

std::string version_text(int version) {
  return std::to_string(version / 1000) + '.' + std::to_string(version % 1000 / 10);
}

// The first driver branch of a CUDA major version (CUDA's table of minimum drivers).
std::string driver_wanted(int runtime) {
  const std::string version = "CUDA " + version_text(runtime / 1000 * 1000);
  if (runtime >= 14000) return "one for " + version + " or newer";
  return std::string("R") + (runtime >= 13000 ? "580" : "525") + " or newer, for " + version;
}

Unavailable reason_of(cudaError_t status, int count, int driver) noexcept {
  if (status == cudaSuccess && count > 0) return Unavailable::none;
  // Without a driver the runtime calls it insufficient, too; only its version tells.
  if (driver == 0 || status == cudaErrorStubLibrary) return Unavailable::no_driver;
  if (status == cudaErrorInsufficientDriver || status == cudaErrorSystemDriverMismatch) return Unavailable::old_driver;
  return Unavailable::no_device;
}

// " 535.104.05", as the kernel's module says it; "" where it does not.
std::string installed_driver() {
  std::ifstream module("/sys/module/nvidia/version");
  std::string version;
  return module >> version ? " " + version : "";
}

std::string remedy_of(const Availability& found) {
  switch (found.reason) {
    case Unavailable::no_driver:
      return "No NVIDIA driver was found (libcuda.so.1). Install one, " + driver_wanted(found.runtime) +
             "; in a container, start it with the NVIDIA container toolkit (--gpus all).";
    case Unavailable::old_driver:
      return "The NVIDIA driver" + installed_driver() + " supports CUDA " + version_text(found.driver) +
             " and this build needs " + version_text(found.runtime) + ". Install " + driver_wanted(found.runtime) +
             "; after an update, restart the machine.";
    case Unavailable::no_device: {
      std::string remedy = "The NVIDIA driver shows no GPU that can be used";
      if (found.error != cudaErrorNoDevice && found.error != cudaSuccess)
        remedy += " (" + error_name(found.error) + ")";
      remedy += ". See what nvidia-smi says; in a container, pass the GPUs on (--gpus all)";
      if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) {
        remedy += std::string("; CUDA_VISIBLE_DEVICES is '") + visible + "'";
      }
      return remedy + ".";
    }
    default:
      return {};
  }
}

std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i) {
    if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned char>(uuid.bytes[i]));
    text += hex.data();
  }
  return text;
}

int attribute(cudaDeviceAttr which, int ordinal) noexcept {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, ordinal) != cudaSuccess) (void)cudaGetLastError();
  return value;
}

LaunchLimits limits_of(const cudaDeviceProp& properties) {
  LaunchLimits limits;
  limits.threads_per_block = properties.maxThreadsPerBlock;
  limits.threads_per_multiprocessor = properties.maxThreadsPerMultiProcessor;
  limits.registers_per_block = properties.regsPerBlock;
  limits.shared_memory_per_block = properties.sharedMemPerBlock;
  limits.shared_memory_per_block_opt_in = properties.sharedMemPerBlockOptin;
  limits.shared_memory_per_multiprocessor = properties.sharedMemPerMultiprocessor;
  for (std::size_t i = 0; i < 3; ++i) {
    limits.block[i] = properties.maxThreadsDim[i];
    limits.grid[i] = properties.maxGridSize[i];
  }
  return limits;
}

}  // namespace

Availability availability() noexcept {
  Availability found;
  found.runtime = CUDART_VERSION;
  if (cudaDriverGetVersion(&found.driver) != cudaSuccess) found.driver = 0;
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  (void)cudaGetLastError();
  found.reason = reason_of(status, count, found.driver);
  found.ok = found.reason == Unavailable::none;
  found.error = status == cudaSuccess && !found.ok ? static_cast<int>(cudaErrorNoDevice) : static_cast<int>(status);
  try {
    const bool unseen = found.reason == Unavailable::no_device;
    const std::vector<std::string> closed = unseen ? closed_device_nodes("/dev") : std::vector<std::string>{};
    if (!closed.empty()) found.reason = Unavailable::permission;
    found.remedy = closed.empty() ? remedy_of(found) : permission_remedy(closed);
  } catch (...) {  // no memory for advice
  }
  return found;
}

DeviceInfo device_info(int ordinal) {
  DeviceInfo info;
  info.ordinal = ordinal;
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, ordinal) != cudaSuccess) return info;
  info.name = properties.name;
  info.compute_major = properties.major;
  info.compute_minor = properties.minor;
  info.multiprocessors = properties.multiProcessorCount;
  info.memory_bytes = properties.totalGlobalMem;
  info.uuid = uuid_text(properties.uuid);
  std::array<char, 32> bus{};
  if (cudaDeviceGetPCIBusId(bus.data(), static_cast<int>(bus.size()), ordinal) == cudaSuccess)
    info.pci_bus_id = bus.data();
  info.pci_link = pci_link_at(info.pci_bus_id);
  info.clock_megahertz = attribute(cudaDevAttrClockRate, ordinal) / 1000;
  info.warp_size = properties.warpSize;
  info.copy_engines = properties.asyncEngineCount;
  info.l2_bytes = static_cast<std::size_t>(properties.l2CacheSize);
  info.limits = limits_of(properties);
  return info;
}

std::vector<DeviceInfo> devices() noexcept {
  std::vector<DeviceInfo> found;
  try {
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess) count = 0;
    (void)cudaGetLastError();
    for (int ordinal = 0; ordinal < count; ++ordinal) found.push_back(device_info(ordinal));
  } catch (...) {  // no memory for the list
  }
  return found;
}

}  // namespace heddle::cuda::cudart
