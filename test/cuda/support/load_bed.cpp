#include "test/cuda/support/load_bed.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "native/executor.hpp"

namespace heddle::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "heddle-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = std::move(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

LoadFile::LoadFile(std::size_t bytes) : path_(folder_.path() + "/file"), bytes_(some_bytes(bytes)) {
  std::ofstream file(path_, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes_.data()), static_cast<std::streamsize>(bytes));
}

cuda::Loaded load_now(Bed& bed, const std::string& path, cuda::LoadOptions options) {
  Promised<cuda::Loaded> end;
  options.loaded = [&end](cuda::Loaded loaded) { end.set(std::move(loaded)); };
  const auto control = cuda::load(bed.device(), path, std::move(options));
  return end.get();
}

std::vector<cuda::OpenOptions> both_backends() {
  std::vector<cuda::OpenOptions> all(1);
  all[0].io = io::BackendChoice::fallback;
  if (Executor().io().kind() == io::BackendKind::uring) {
    all.emplace_back();
    all[1].io = io::BackendChoice::uring;
  }
  return all;
}

}  // namespace heddle::test
