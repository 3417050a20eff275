#include "cuda/host/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace heddle::cuda::host {

namespace {

constexpr std::size_t kPage = 4096;
// Less than this comes from the C library.
constexpr std::size_t kOwnPages = std::size_t{2} << 20;

}  // namespace

std::size_t default_memory_limit() noexcept {
  std::size_t memory =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  try {
    std::ifstream group("/sys/fs/cgroup/memory.max");
    std::size_t allowed = 0;
    if (group >> allowed) memory = std::min(memory, allowed);
  } catch (...) {  // no control group to ask
  }
  return memory / 4 * 3;
}

bool Memory::map(Space space, std::size_t bytes, Mapping& mapping) noexcept {
  mapping.bytes = bytes;
  mapping.space = space;
  if (space == Space::device && bytes < kOwnPages) {
    void* memory = nullptr;
    if (posix_memalign(&memory, kPage, bytes) != 0) return false;
    mapping.small.reset(static_cast<std::byte*>(memory));
    return true;
  }
  mapping.large = FreshMemory::map(bytes);
  if (!mapping.large) return false;
  std::byte* address = mapping.large.address();
  // Wishes: unlocked pages and late pages work too.
  if (space == Space::pinned && mlock(address, bytes) != 0) {
#ifdef MADV_POPULATE_WRITE
    madvise(address, bytes, MADV_POPULATE_WRITE);
#endif
  }
  return true;
}

Status Memory::allocate(Space space, std::size_t bytes, std::byte*& address) noexcept {
  const std::size_t counted = space == Space::device ? bytes : 0;
  {
    const std::lock_guard lock(mutex_);
    if (counted > limit_ - used_) return kMemoryAllocation;
    used_ += counted;
  }
  Mapping mapping;
  const bool mapped = map(space, bytes, mapping);
  const std::lock_guard lock(mutex_);
  if (mapped) {
    try {
      address = mapping.address();
      mappings_.emplace(address, std::move(mapping));
      return kSuccess;
    } catch (...) {  // there is no memory for the note of it
    }
  }
  used_ -= counted;
  return kMemoryAllocation;
}

void Memory::add(std::shared_ptr<SharedMapping> shared, std::size_t counted, std::byte*& address) {
  std::byte* const begin = shared->address();
  const std::lock_guard lock(mutex_);
  Mapping mapping;
  mapping.bytes = counted;
  mapping.shared = std::move(shared);
  mappings_.emplace(begin, std::move(mapping));
  used_ += counted;
  address = begin;
}

Status Memory::allocate_shareable(std::size_t bytes, std::byte*& address) noexcept {
  try {
    if (bytes > limit_ - used()) return kMemoryAllocation;
    std::shared_ptr<SharedMapping> shared = SharedMapping::make(SharedMapping::Use::memory, bytes);
    if (shared == nullptr) return kMemoryAllocation;
    add(std::move(shared), bytes, address);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status Memory::share(std::byte* address, IpcHandle& handle) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = mappings_.find(address);
  const bool shared = found != mappings_.end() && found->second.shared != nullptr;
  return shared && found->second.shared->describe(handle) ? kSuccess : kInvalidValue;
}

Status Memory::open(const IpcHandle& handle, std::size_t bytes, std::byte*& address) noexcept {
  try {
    std::shared_ptr<SharedMapping> shared = SharedMapping::open(handle, SharedMapping::Use::memory, bytes);
    if (shared == nullptr) return kInvalidResource;
    add(std::move(shared), 0, address);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status Memory::free(std::byte* address) noexcept {
  Mapping last;  // goes after the lock
  {
    const std::lock_guard lock(mutex_);
    const auto found = mappings_.find(address);
    if (found == mappings_.end()) return kInvalidValue;
    last = std::move(found->second);
    mappings_.erase(found);
    if (last.space == Space::device) used_ -= last.bytes;
  }
  return kSuccess;
}

std::size_t Memory::used() noexcept {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace heddle::cuda::host
