#include "cuda/host/shared_mapping.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace heddle::cuda::host {

namespace {

struct Description {
  char magic[8] = {'h', 'e', 'd', 'd', 'l', 'e', '0', '1'};
  std::int32_t process = 0;
  std::int32_t descriptor = -1;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  SharedMapping::Use use = SharedMapping::Use::memory;
};
static_assert(sizeof(Description) <= sizeof(IpcHandle));

std::shared_ptr<SharedMapping> map(int opened, int kept, SharedMapping::Use use, std::size_t bytes) {
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
  if (address == MAP_FAILED) return nullptr;
  return std::make_shared<SharedMapping>(kept, use, static_cast<std::byte*>(address), bytes);
}

}  // namespace

std::shared_ptr<SharedMapping> SharedMapping::make(Use use, std::size_t bytes) {
  bytes = std::max<std::size_t>(bytes, 1);
  const int descriptor = memfd_create("heddle", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return nullptr;
  // Nobody can take pages from under those who map it.
  const bool sized = ftruncate(descriptor, static_cast<off_t>(bytes)) == 0 &&
                     fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
  std::shared_ptr<SharedMapping> made = sized ? map(descriptor, descriptor, use, bytes) : nullptr;
  if (made == nullptr) ::close(descriptor);
  return made;
}

std::shared_ptr<SharedMapping> SharedMapping::open(const IpcHandle& handle, Use use, std::size_t bytes) {
  Description description;
  std::memcpy(&description, handle.data(), sizeof description);
  if (std::memcmp(description.magic, Description{}.magic, sizeof description.magic) != 0) return nullptr;
  if (description.use != use) return nullptr;
  const std::string path =
      "/proc/" + std::to_string(description.process) + "/fd/" + std::to_string(description.descriptor);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return nullptr;
  struct stat found{};
  // The number may mean another process or another file by now, or have been made up: only memory has seals.
  const int seals = fcntl(descriptor, F_GET_SEALS);
  const bool same = seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && fstat(descriptor, &found) == 0 &&
                    found.st_dev == description.device && found.st_ino == description.inode &&
                    static_cast<std::uint64_t>(found.st_size) == description.bytes && bytes <= description.bytes;
  std::shared_ptr<SharedMapping> opened = same ? map(descriptor, -1, use, description.bytes) : nullptr;
  ::close(descriptor);
  return opened;
}

SharedMapping::~SharedMapping() {
  munmap(address_, bytes_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool SharedMapping::describe(IpcHandle& handle) const noexcept {
  struct stat found{};
  if (descriptor_ < 0 || fstat(descriptor_, &found) != 0) return false;
  Description description;
  description.process = getpid();
  description.descriptor = descriptor_;
  description.device = found.st_dev;
  description.inode = found.st_ino;
  description.bytes = bytes_;
  description.use = use_;
  handle.fill(std::byte{0});
  std::memcpy(handle.data(), &description, sizeof description);
  return true;
}

}  // namespace heddle::cuda::host
