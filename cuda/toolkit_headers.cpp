#include "cuda/toolkit_headers.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace heddle::cuda {

namespace fs = std::filesystem;

std::string toolkit_headers(const std::string& compiler) {
  std::vector<fs::path> places;
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"}) {
    if (const char* home = std::getenv(variable); home != nullptr && *home != '\0') {
      places.push_back(fs::path(home) / "include");
    }
  }
  std::error_code error;
  if (const fs::path file = fs::canonical(compiler, error); !error) {
    // Of a toolkit, lib64 or targets/*/lib; of CUDA 12's wheels each part has a folder of its own.
    const fs::path above = file.parent_path().parent_path();
    places.push_back(above / "include");
    places.push_back(above.parent_path() / "cuda_runtime" / "include");
  }
  places.emplace_back("/usr/local/cuda/include");
  for (const fs::path& place : places) {
    if (fs::exists(place / "cuda_fp16.h", error)) return place.native();
  }
  return {};
}

bool misses_toolkit_header(const std::string& log) {
  const std::size_t at = log.find("source file \"");
  if (at == std::string::npos || log.find("open source file") == std::string::npos) return false;
  const std::string_view name = std::string_view(log).substr(at + std::string_view("source file \"").size());
  constexpr std::array<std::string_view, 6> kBeginnings{"cuda", "cooperative_groups", "mma.h", "math_", "vector_", "nv/"};
  for (const std::string_view beginning : kBeginnings) {
    if (name.starts_with(beginning)) return true;
  }
  return false;
}

}  // namespace heddle::cuda
