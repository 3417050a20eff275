#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

#include "cuda/launch.hpp"

namespace heddle::cuda::cudart {

#if CUDART_VERSION >= 12080
using LibraryNumber = cudaLibrary_t;
#else
using LibraryNumber = void*;  // the runtime has no libraries yet
#endif

// The images that users have loaded on one device. The runtime knows none of a closed device, so those that are left are
// unloaded with it. Any thread.
class Libraries {
 public:
  Libraries() = default;
  Libraries(const Libraries&) = delete;
  Libraries& operator=(const Libraries&) = delete;

  // `log`: what the loader said, where it did. All kernels are loaded, and PTX is compiled, here and not at a launch.
  cudaError_t load(std::span<const std::byte> image, LibraryNumber& library, std::string& log);
  // Does nothing for one that close() has unloaded.
  cudaError_t unload(LibraryNumber library) noexcept;
  cudaError_t kernel(LibraryNumber library, const char* name, const void*& kernel, KernelInfo& info);
  // Kernels may run for ever: from now on nothing is unloaded.
  void leak() noexcept;
  void close() noexcept;

 private:
  std::mutex mutex_;
  // What the loader writes to whenever it loads something of the library: it has the address, and no copy of its own.
  using Log = std::array<char, 8192>;
  std::unordered_map<LibraryNumber, std::unique_ptr<Log>> loaded_;
  bool leak_ = false;
};

}  // namespace heddle::cuda::cudart
