#include "cuda/host/library.hpp"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace heddle::cuda::host {

namespace {

bool write_all(int file, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Status Library::load(std::span<const std::byte> image, std::unique_ptr<Library>& library, std::string& log) {
  constexpr std::string_view kElf = "\177ELF";
  if (image.size() < kElf.size() || std::memcmp(image.data(), kElf.data(), kElf.size()) != 0) {
    log = "The host device runs only what it has compiled itself; PTX, cubins and fatbins need a GPU";
    return kInvalidKernelImage;
  }
  // The loader goes by names: the file stays open, so that no other library comes to have its number.
  const int file = memfd_create("heddle-kernels", MFD_CLOEXEC);
  if (file < 0) return kOperatingSystem;
  void* object = nullptr;
  if (write_all(file, image)) {
    object = dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  if (object == nullptr) {
    close(file);
    const char* reason = dlerror();
    log = reason == nullptr ? "it can't be written" : reason;
    return kInvalidKernelImage;
  }
  const auto* table = static_cast<const heddle_abi::Library*>(dlsym(object, "heddle_library"));
  if (table == nullptr || table->abi_version != heddle_abi::version) {
    dlclose(object);
    close(file);
    log = "It was not compiled by this version of heddle";
    return kInvalidKernelImage;
  }
  library.reset(new Library(object, file, *table));
  return kSuccess;
}

Library::~Library() {
  dlclose(object_);
  close(file_);
}

const heddle_abi::Kernel* Library::find(const char* name) const noexcept {
  for (unsigned i = 0; i < table_.kernel_count; ++i) {
    if (std::strcmp(table_.kernels[i].name, name) == 0) return &table_.kernels[i];
  }
  return nullptr;
}

}  // namespace heddle::cuda::host
