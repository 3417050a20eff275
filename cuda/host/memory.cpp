#include "cuda/host/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace heddle::cuda::host {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

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

Memory::~Memory() {
  for (const auto& [address, mapping] : mappings_) unmap(mapping);
}

bool Memory::map(Space space, std::size_t bytes, std::byte*& address, Mapping& mapping) noexcept {
  if (space == Space::device && bytes < kHugePage) {
    void* memory = nullptr;
    if (posix_memalign(&memory, kPage, bytes) != 0) return false;
    address = static_cast<std::byte*>(memory);
    mapping = {.base = memory, .reserved = 0, .bytes = bytes, .space = space, .shared = nullptr};
    return true;
  }
  const bool huge = bytes >= kHugePage;
  const std::size_t alignment = huge ? kHugePage : kPage;
  const std::size_t size = rounded_up(bytes, kPage);
  const std::size_t reserved = huge ? size + kHugePage : size;
  if (reserved < bytes) return false;
  void* base = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return false;
  const auto start = reinterpret_cast<std::uintptr_t>(base);
  address = static_cast<std::byte*>(base) + (rounded_up(start, alignment) - start);
  mapping = {.base = base, .reserved = reserved, .bytes = bytes, .space = space, .shared = nullptr};
  // All three are wishes: small pages, unlocked pages and late pages work too.
  if (huge) madvise(address, size, MADV_HUGEPAGE);
  if (space == Space::pinned && mlock(address, size) != 0) {
#ifdef MADV_POPULATE_WRITE
    madvise(address, size, MADV_POPULATE_WRITE);
#endif
  }
  return true;
}

void Memory::unmap(const Mapping& mapping) noexcept {
  if (mapping.shared != nullptr) return;
  if (mapping.reserved == 0) {
    std::free(mapping.base);
  } else {
    munmap(mapping.base, mapping.reserved);
  }
}

Status Memory::allocate(Space space, std::size_t bytes, std::byte*& address) noexcept {
  const std::size_t counted = space == Space::device ? bytes : 0;
  {
    const std::lock_guard lock(mutex_);
    if (counted > limit_ - used_) return kMemoryAllocation;
    used_ += counted;
  }
  Mapping mapping{};
  std::byte* memory = nullptr;
  const bool mapped = map(space, bytes, memory, mapping);
  const std::lock_guard lock(mutex_);
  if (mapped) {
    try {
      mappings_.emplace(memory, mapping);
      address = memory;
      return kSuccess;
    } catch (...) {
      unmap(mapping);
    }
  }
  used_ -= counted;
  return kMemoryAllocation;
}

void Memory::add(std::shared_ptr<SharedMapping> shared, std::size_t counted, std::byte*& address) {
  std::byte* const begin = shared->address();
  const std::lock_guard lock(mutex_);
  mappings_.emplace(begin, Mapping{.base = nullptr,
                                   .reserved = 0,
                                   .bytes = counted,
                                   .space = Space::device,
                                   .shared = std::move(shared)});
  used_ += counted;
  address = begin;
}

Status Memory::allocate_shareable(std::size_t bytes, std::byte*& address) noexcept {
  try {
    if (bytes > limit_ - used()) return kMemoryAllocation;
    std::shared_ptr<SharedMapping> shared = SharedMapping::make(bytes);
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
    std::shared_ptr<SharedMapping> shared = SharedMapping::open(handle, bytes);
    if (shared == nullptr) return kInvalidResource;
    add(std::move(shared), 0, address);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

Status Memory::free(std::byte* address) noexcept {
  Mapping mapping{};
  {
    const std::lock_guard lock(mutex_);
    const auto found = mappings_.find(address);
    if (found == mappings_.end()) return kInvalidValue;
    mapping = found->second;
    mappings_.erase(found);
    if (mapping.space == Space::device) used_ -= mapping.bytes;
  }
  unmap(mapping);
  return kSuccess;
}

std::size_t Memory::used() noexcept {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace heddle::cuda::host
