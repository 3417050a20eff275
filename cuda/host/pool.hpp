#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <unordered_map>

#include "cuda/driver.hpp"
#include "cuda/host/memory.hpp"

namespace heddle::cuda::host {

// A pool of a host device: what was freed is kept, up to a number of bytes, for allocations of the same size. Any thread.
class Pool {
 public:
  Pool(Memory& memory, std::size_t keep) noexcept : memory_(memory), keep_(keep) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  // Everything was freed before.
  ~Pool() { trim(0); }

  [[nodiscard]] Status allocate(std::size_t bytes, std::byte*& address) noexcept;
  // kInvalidValue for an address that is not in use.
  [[nodiscard]] Status free(std::byte* address) noexcept;
  void trim(std::size_t keep) noexcept;
  void reserved(std::size_t& now, std::size_t& most) noexcept;

 private:
  void trim_locked(std::size_t keep) noexcept;

  Memory& memory_;
  const std::size_t keep_;
  std::mutex mutex_;
  std::unordered_map<std::byte*, std::size_t> used_;
  std::multimap<std::size_t, std::byte*> idle_;  // by size
  std::size_t idle_bytes_ = 0;
  std::size_t reserved_ = 0;
  std::size_t most_ = 0;
};

}  // namespace heddle::cuda::host
