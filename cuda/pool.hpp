#pragma once

#include <cstddef>
#include <memory>

#include "cuda/driver.hpp"

namespace heddle::cuda {

struct PoolOptions {
  std::size_t limit = 0;              // bytes that its blocks may take together; 0: what the device has
  std::size_t release_threshold = 0;  // bytes that it keeps for what is allocated next, of those that were freed
};

struct PoolUse {
  std::size_t used = 0;  // in blocks that live
  std::size_t used_high_water = 0;
  std::size_t reserved = 0;  // had of the device, in use or not
  std::size_t reserved_high_water = 0;
};

// A pool of device memory, which its blocks keep. Made and destroyed by MemoryKeeper; everything else on the slow lane.
class Pool {
 public:
  Pool(PoolHandle handle, std::size_t limit) noexcept : handle_(handle), limit_(limit) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] Status allocate(Driver& driver, std::size_t bytes, std::byte*& address) noexcept;
  void free(Driver& driver, std::byte* address, std::size_t bytes) noexcept;
  [[nodiscard]] Status trim(Driver& driver, std::size_t keep) noexcept { return driver.pool_trim(handle_, keep); }
  [[nodiscard]] Status use(Driver& driver, PoolUse& use) noexcept;
  // Precondition: its blocks have been freed, or are left. The second time it does nothing.
  void destroy(Driver& driver) noexcept;

 private:
  PoolHandle handle_;
  const std::size_t limit_;
  std::size_t used_ = 0;
  std::size_t high_water_ = 0;
};

using PoolPtr = std::shared_ptr<Pool>;

}  // namespace heddle::cuda
