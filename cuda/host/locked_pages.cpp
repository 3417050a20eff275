#include "cuda/host/locked_pages.hpp"

#include <sys/mman.h>

#include <iterator>

namespace heddle::cuda::host {

// Locks of a page don't add up, so a page that two ranges share is unlocked with the first of them. It is a wish anyway.
Status LockedPages::lock(std::byte* address, std::size_t bytes) noexcept {
  const std::lock_guard guard(mutex_);
  const auto next = ranges_.upper_bound(address);
  if (next != ranges_.end() && next->first < address + bytes) return kAlreadyRegistered;
  if (next != ranges_.begin()) {
    const auto& [before, length] = *std::prev(next);
    if (before + length > address) return kAlreadyRegistered;
  }
  try {
    ranges_.emplace(address, bytes);
  } catch (...) {
    return kMemoryAllocation;
  }
  (void)mlock(address, bytes);
  return kSuccess;
}

Status LockedPages::unlock(std::byte* address) noexcept {
  const std::lock_guard guard(mutex_);
  const auto found = ranges_.find(address);
  if (found == ranges_.end()) return kNotRegistered;
  (void)munlock(address, found->second);
  ranges_.erase(found);
  return kSuccess;
}

}  // namespace heddle::cuda::host
