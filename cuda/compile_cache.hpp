#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cuda/compile.hpp"

namespace heddle::cuda {

// Images that were compiled once, in a folder that processes share. A file is named by a hash of its key and holds the
// whole key, which is compared, so that no two sources can ever be mistaken for each other, and a checksum: one whose bytes
// have changed is not taken. Files are put in place whole. A folder that can't be written, or a file that can't be read, is
// the same as no cache.
class CompileCache {
 public:
  // `folder` is empty: finds and keeps nothing.
  explicit CompileCache(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::optional<std::vector<std::byte>> find(std::string_view key) const;
  void keep(std::string_view key, const std::vector<std::byte>& image) const;

 private:
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const std::string folder_;
};

// All that decides what comes out: the request, `compiler` (which one, of which version, for which device), and what was read
// from the disk for it, as `files` has it.
[[nodiscard]] std::string cache_key(const CompileRequest& request, std::string_view compiler,
                                    std::string_view files = {});

}  // namespace heddle::cuda
