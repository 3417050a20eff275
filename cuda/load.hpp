#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cuda/error.hpp"
#include "cuda/memory.hpp"
#include "native/clock.hpp"

namespace heddle::cuda {

class Device;
class DeviceThread;

struct LoadStats {
  std::uint64_t bytes = 0;
  Nanoseconds time = 0;     // from the call's arrival on the device's thread to the end
  std::uint64_t reads = 0;  // read operations, more than chunks when some came back short
  std::uint64_t copies = 0;
  std::size_t ring_bytes = 0;  // pinned memory in use besides the destination
};

// How a load ended: one of block, file error, device error.
struct Loaded {
  BlockPtr block;  // the file's bytes in device memory; of no bytes for an empty file
  LoadStats stats;
  int file_error = 0;  // errno of the system call that failed: ENOENT, EISDIR, EACCES, EIO ...; ECANCELED: aborted
  const char* syscall = "";  // "open", "statx", "read"
  ErrorPtr device_error;     // out of memory, a lost or closed device
};

struct LoadOptions {
  std::size_t chunk_bytes = std::size_t{1} << 20;  // rounded up to 4 KiB
  std::size_t depth = 8;                           // chunks in flight; chunk_bytes * depth is held to 64 MiB
  // Bytes that have arrived on the device, of how many. At most once in 16 MiB or 20 ms, and a last time at the end.
  // On the device's thread.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  // Exactly once, on the device's thread.
  std::function<void(Loaded)> loaded;
};

class LoadStop;

// Stops one load. May outlive it, and its device.
class LoadControl {
 public:
  LoadControl(std::weak_ptr<DeviceThread> thread, std::shared_ptr<LoadStop> stop) noexcept;

  // Any one thread at a time. Harmless when the load has ended. Otherwise it ends with ECANCELED, once neither the
  // kernel nor the device touches its memory any more.
  void abort();

 private:
  std::weak_ptr<DeviceThread> thread_;
  std::shared_ptr<LoadStop> stop_;
};

// Reads a file into new device memory: reads through the executor's I/O into a pinned ring, several in flight, and
// copies from there, all on the device's threads. The file's size is taken when the load begins; a file that becomes
// shorter meanwhile fails with EIO. Not blocking; any one thread at a time.
std::shared_ptr<LoadControl> load(Device& device, std::string path, LoadOptions options);

}  // namespace heddle::cuda
