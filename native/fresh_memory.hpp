#pragma once

#include <cstddef>

namespace heddle {

// Asks for pages of 2 MiB wherever such fit in: the first touch of every 4 KiB costs several times what it costs to fill
// them (docs/performance.md). Memory that was touched before stays as it is. A wish: nothing depends on it.
void prefer_large_pages(std::byte* address, std::size_t bytes) noexcept;

// Zeros straight from the system, which makes a page only when it is touched first. From 2 MiB on it begins at such a page, and prefers
// large ones.
class FreshMemory {
 public:
  // Empty when there is none left.
  [[nodiscard]] static FreshMemory map(std::size_t bytes) noexcept;

  FreshMemory() = default;
  FreshMemory(FreshMemory&& other) noexcept;
  FreshMemory& operator=(FreshMemory&& other) noexcept;
  ~FreshMemory();

  explicit operator bool() const noexcept { return base_ != nullptr; }
  // At the start of a page at least.
  [[nodiscard]] std::byte* address() const noexcept { return address_; }

 private:
  void* base_ = nullptr;
  std::size_t reserved_ = 0;
  std::byte* address_ = nullptr;
};

}  // namespace heddle
