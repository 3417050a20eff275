#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cuda/device.hpp"
#include "cuda/load.hpp"
#include "test/cuda/support/bed.hpp"

namespace heddle::test {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// A file of random bytes.
class LoadFile {
 public:
  explicit LoadFile(std::size_t bytes);
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::vector<std::byte>& bytes() const noexcept { return bytes_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
  std::vector<std::byte> bytes_;
};

// Loads and waits. `options.loaded` is set here.
[[nodiscard]] cuda::Loaded load_now(Bed& bed, const std::string& path, cuda::LoadOptions options = {});

// Options for io_uring, where it can be had, and for the fallback.
[[nodiscard]] std::vector<cuda::OpenOptions> both_backends();

}  // namespace heddle::test
