#include "cuda/host/pool.hpp"

#include <algorithm>
#include <iterator>

namespace heddle::cuda::host {

Status Pool::allocate(std::size_t bytes, std::byte*& address) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    if (const auto idle = idle_.find(bytes); idle != idle_.end()) {
      used_.emplace(idle->second, bytes);
      address = idle->second;
      idle_bytes_ -= bytes;
      idle_.erase(idle);
      return kSuccess;
    }
    std::byte* memory = nullptr;
    Status status = memory_.allocate(Space::device, bytes, memory);
    if (status != kSuccess) {
      trim_locked(0);
      status = memory_.allocate(Space::device, bytes, memory);
    }
    if (status != kSuccess) return status;
    used_.emplace(memory, bytes);
    address = memory;
    reserved_ += bytes;
    most_ = std::max(most_, reserved_);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status Pool::free(std::byte* address) noexcept {
  const std::lock_guard lock(mutex_);
  const auto used = used_.find(address);
  if (used == used_.end()) return kInvalidValue;
  const std::size_t bytes = used->second;
  used_.erase(used);
  try {
    idle_.emplace(bytes, address);
    idle_bytes_ += bytes;
  } catch (...) {  // no memory to remember it
    reserved_ -= bytes;
    return memory_.free(address);
  }
  trim_locked(keep_);
  return kSuccess;
}

void Pool::trim(std::size_t keep) noexcept {
  const std::lock_guard lock(mutex_);
  trim_locked(keep);
}

// The largest go first.
void Pool::trim_locked(std::size_t keep) noexcept {
  while (idle_bytes_ > keep) {
    const auto largest = std::prev(idle_.end());
    idle_bytes_ -= largest->first;
    reserved_ -= largest->first;
    (void)memory_.free(largest->second);
    idle_.erase(largest);
  }
}

void Pool::reserved(std::size_t& now, std::size_t& most) noexcept {
  const std::lock_guard lock(mutex_);
  now = reserved_;
  most = most_;
}

}  // namespace heddle::cuda::host
