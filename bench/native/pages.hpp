#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "file.hpp"

namespace bench {

enum class PageSize { small, huge };

// Anonymous memory of its own, aligned to 2 MiB so that huge pages can back all of it. The kernel hands out
// the pages at the first touch, as it does for any large allocation.
class Pages {
 public:
  static constexpr std::size_t kAlignment = std::size_t{2} << 20;

  Pages(std::size_t size, PageSize page) : reserved_(size + kAlignment) {
    base_ = ::mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED) fail(errno, "mmap");
    const auto address = reinterpret_cast<std::uintptr_t>(base_);
    data_ = static_cast<char*>(base_) + (kAlignment - address % kAlignment) % kAlignment;
    // Advice only: a kernel without huge pages refuses, and small pages it is.
    (void)::madvise(data_, size, page == PageSize::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  }
  ~Pages() { ::munmap(base_, reserved_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  [[nodiscard]] char* data() const { return data_; }

 private:
  std::size_t reserved_;
  void* base_;
  char* data_;
};

}  // namespace bench
