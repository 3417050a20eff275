#include "cuda/pool.hpp"

#include <algorithm>
#include <utility>

namespace heddle::cuda {

Status Pool::allocate(Driver& driver, std::size_t bytes, std::byte*& address) noexcept {
  if (limit_ != 0 && (bytes > limit_ || used_ > limit_ - bytes)) return kMemoryAllocation;
  const Status status = driver.pool_malloc(handle_, bytes, address);
  if (status != kSuccess) return status;
  used_ += bytes;
  high_water_ = std::max(high_water_, used_);
  return kSuccess;
}

// A status would tell of an earlier fault of the device, which is reported elsewhere.
void Pool::free(Driver& driver, std::byte* address, std::size_t bytes) noexcept {
  (void)driver.pool_free(handle_, address);
  used_ -= bytes;
}

void Pool::destroy(Driver& driver) noexcept {
  PoolHandle const handle = std::exchange(handle_, nullptr);
  if (handle != nullptr) (void)driver.pool_destroy(handle);
}

Status Pool::use(Driver& driver, PoolUse& use) noexcept {
  use.used = used_;
  use.used_high_water = high_water_;
  return driver.pool_reserved(handle_, use.reserved, use.reserved_high_water);
}

}  // namespace heddle::cuda
