#include "native/fresh_memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <utility>

namespace heddle {

namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::uintptr_t next_large_page(std::byte* address) noexcept {
  return (reinterpret_cast<std::uintptr_t>(address) + kLargePage - 1) / kLargePage * kLargePage;
}

}  // namespace

void prefer_large_pages(std::byte* address, std::size_t bytes) noexcept {
  const std::uintptr_t begin = next_large_page(address);
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(address) + bytes;
  if (begin + kLargePage <= end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

FreshMemory FreshMemory::map(std::size_t bytes) noexcept {
  FreshMemory memory;
  const bool large = bytes >= kLargePage;
  const std::size_t reserved = large ? bytes + kLargePage : bytes;
  if (bytes == 0 || reserved < bytes) return memory;
  void* base = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return memory;
  memory.base_ = base;
  memory.reserved_ = reserved;
  memory.address_ = static_cast<std::byte*>(base);
  if (large) {
    memory.address_ = reinterpret_cast<std::byte*>(next_large_page(memory.address_));
    prefer_large_pages(memory.address_, bytes);
  }
  return memory;
}

FreshMemory::FreshMemory(FreshMemory&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)), reserved_(other.reserved_), address_(other.address_) {}

FreshMemory& FreshMemory::operator=(FreshMemory&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(reserved_, other.reserved_);
  std::swap(address_, other.address_);
  return *this;
}

FreshMemory::~FreshMemory() {
  if (base_ != nullptr) munmap(base_, reserved_);
}

}  // namespace heddle
