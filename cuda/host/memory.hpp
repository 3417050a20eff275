#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "cuda/driver.hpp"
#include "cuda/host/shared_mapping.hpp"
#include "native/fresh_memory.hpp"

namespace heddle::cuda::host {

// What three quarters of this machine's memory come to, or of what its control group allows.
[[nodiscard]] std::size_t default_memory_limit() noexcept;

// The memory of one host device. From 2 MiB on an allocation is aligned to 2 MiB and asks for huge pages: the first
// write of fresh 4 KiB pages is what otherwise limits a copy, to a seventh of its speed (docs/performance.md).
// Pinned memory is in place from the start, and locked where the process may lock that much. Any thread.
class Memory {
 public:
  explicit Memory(std::size_t limit) noexcept : limit_(limit) {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // kMemoryAllocation beyond the limit, which pinned memory does not count towards, or when the system has no more.
  [[nodiscard]] Status allocate(Space space, std::size_t bytes, std::byte*& address) noexcept;
  // Device memory that other processes can be given.
  [[nodiscard]] Status allocate_shareable(std::size_t bytes, std::byte*& address) noexcept;
  // kInvalidValue for an address at which no such memory begins.
  [[nodiscard]] Status share(std::byte* address, IpcHandle& handle) noexcept;
  // Memory of another process, which does not count; free() lets go of it. kInvalidResource: it can't be had.
  [[nodiscard]] Status open(const IpcHandle& handle, std::size_t bytes, std::byte*& address) noexcept;
  // kInvalidValue for an address that is not in use.
  [[nodiscard]] Status free(std::byte* address) noexcept;

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  [[nodiscard]] std::size_t used() noexcept;

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept { std::free(memory); }
  };
  struct Mapping {
    [[nodiscard]] std::byte* address() const noexcept { return small != nullptr ? small.get() : large.address(); }

    FreshMemory large;  // or
    std::unique_ptr<std::byte, Free> small;  // or
    std::shared_ptr<SharedMapping> shared;
    std::size_t bytes = 0;
    Space space = Space::device;
  };

  [[nodiscard]] static bool map(Space space, std::size_t bytes, Mapping& mapping) noexcept;
  // Takes note of what is mapped there. Throws std::bad_alloc.
  void add(std::shared_ptr<SharedMapping> shared, std::size_t counted, std::byte*& address);

  const std::size_t limit_;
  std::mutex mutex_;
  std::size_t used_ = 0;
  std::unordered_map<std::byte*, Mapping> mappings_;
};

}  // namespace heddle::cuda::host
