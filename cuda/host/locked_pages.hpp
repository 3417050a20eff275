#pragma once

#include <cstddef>
#include <map>
#include <mutex>

#include "cuda/driver.hpp"

namespace heddle::cuda::host {

// Memory of the program's that was registered: its pages are locked where the process may lock that much. Any thread.
class LockedPages {
 public:
  LockedPages() = default;
  LockedPages(const LockedPages&) = delete;
  LockedPages& operator=(const LockedPages&) = delete;

  // kAlreadyRegistered when part of it is registered.
  [[nodiscard]] Status lock(std::byte* address, std::size_t bytes) noexcept;
  // kNotRegistered for an address that is not.
  [[nodiscard]] Status unlock(std::byte* address) noexcept;

 private:
  std::mutex mutex_;
  std::map<std::byte*, std::size_t> ranges_;
};

}  // namespace heddle::cuda::host
