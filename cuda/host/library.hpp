#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "cuda/driver.hpp"
#include "cuda/host/kernel_abi.hpp"

namespace heddle::cuda::host {

// Kernels that compile() has built, in this process.
class Library {
 public:
  // kInvalidKernelImage, with a reason in `log`: the bytes are something else, or from another version.
  static Status load(std::span<const std::byte> image, std::unique_ptr<Library>& library, std::string& log);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  // Precondition: none of its kernels runs.
  ~Library();

  // Null: it has none of that name.
  [[nodiscard]] const heddle_abi::Kernel* find(const char* name) const noexcept;

 private:
  Library(void* object, int file, const heddle_abi::Library& table) noexcept
      : object_(object), file_(file), table_(table) {}

  void* const object_;
  const int file_;
  const heddle_abi::Library& table_;
};

}  // namespace heddle::cuda::host
