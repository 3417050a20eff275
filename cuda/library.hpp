#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cuda/compile.hpp"
#include "cuda/driver.hpp"
#include "cuda/error.hpp"
#include "cuda/launch.hpp"

namespace heddle::cuda {

class Device;
class DeviceThread;

// An image that a device has loaded. Shared by its kernels and by every launch in flight; dropping the last reference,
// on whatever thread, unloads it on the device's slow lane.
class Library {
 public:
  // Made by load_library().
  Library(std::weak_ptr<DeviceThread> thread, std::shared_ptr<Driver> driver, LibraryHandle handle) noexcept;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  [[nodiscard]] LibraryHandle handle() const noexcept { return handle_; }

 private:
  const std::weak_ptr<DeviceThread> thread_;
  const std::shared_ptr<Driver> driver_;
  const LibraryHandle handle_;
};
using LibraryPtr = std::shared_ptr<const Library>;

struct Kernel {
  LibraryPtr library;  // whose it is, and what keeps it
  KernelHandle handle = nullptr;
  std::string name;
  KernelInfo info;
};
using KernelPtr = std::shared_ptr<const Kernel>;

// None of these blocks. Each calls back once, on a thread of the device; on failure the pointer is null.
using LibraryLoaded = std::function<void(LibraryPtr, const ErrorPtr&)>;
void load_library(Device& device, std::vector<std::byte> image, LibraryLoaded loaded);

using KernelFound = std::function<void(KernelPtr, const ErrorPtr&)>;
void find_kernel(Device& device, LibraryPtr library, std::string name, KernelFound found);

using OccupancyTold = std::function<void(Occupancy, const ErrorPtr&)>;
void occupancy(Device& device, KernelPtr kernel, unsigned block_threads, std::size_t shared_bytes, OccupancyTold told);

// Compiles and loads, on a lane of its own, so that neither streams nor allocations wait for a compiler. A device that
// closes ends the compiler, too.
struct LibraryCompiled {
  LibraryPtr library;
  Compilation compilation;  // its image has been taken
  ErrorPtr error;
};
using Compiled = std::function<void(LibraryCompiled)>;
void compile_library(Device& device, CompileRequest request, Compiled compiled);

}  // namespace heddle::cuda
