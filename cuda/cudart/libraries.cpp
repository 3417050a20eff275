#include "cuda/cudart/libraries.hpp"

#include <array>
#include <cstdint>

namespace heddle::cuda::cudart {

#if CUDART_VERSION >= 12080

namespace {

constexpr std::size_t kLog = 8192;

// cuKernelGetParamInfo of the driver, since CUDA 12.4; the runtime has no such call.
using ParameterInfo = int (*)(void* kernel, std::size_t index, std::size_t* offset, std::size_t* bytes);

ParameterInfo parameter_info() noexcept {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
  const cudaError_t status = cudaGetDriverEntryPointByVersion("cuKernelGetParamInfo", &function, 12040,
                                                              cudaEnableDefault, &found);
  if (status != cudaSuccess || found != cudaDriverEntryPointSuccess) return nullptr;
  return reinterpret_cast<ParameterInfo>(function);
}

KernelInfo info_of(cudaKernel_t kernel, ParameterInfo ask) {
  KernelInfo info;
  std::size_t offset = 0;
  std::size_t bytes = 0;
  // Beyond the last parameter it is an invalid value.
  for (std::size_t i = 0; ask(kernel, i, &offset, &bytes) == 0; ++i) {
    info.parameters.push_back({static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(bytes)});
  }
  return info;
}

}  // namespace

cudaError_t Libraries::load(std::span<const std::byte> image, LibraryNumber& library, std::string& log) {
  // PTX is text, and must end as such.
  std::string text(reinterpret_cast<const char*>(image.data()), image.size());
  std::array<char, kLog> errors{};
  std::array<cudaJitOption, 2> options{cudaJitErrorLogBuffer, cudaJitErrorLogBufferSizeBytes};
  std::array<void*, 2> values{errors.data(), reinterpret_cast<void*>(std::uintptr_t{kLog})};
  const cudaError_t status = cudaLibraryLoadData(&library, text.c_str(), options.data(), values.data(),
                                                 static_cast<unsigned>(options.size()), nullptr, nullptr, 0);
  log = errors.data();
  if (status != cudaSuccess) return status;
  const std::lock_guard lock(mutex_);
  loaded_.insert(library);
  return status;
}

cudaError_t Libraries::unload(LibraryNumber library) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (leak_ || loaded_.erase(library) == 0) return cudaSuccess;
  }
  return cudaLibraryUnload(library);
}

cudaError_t Libraries::kernel(LibraryNumber library, const char* name, const void*& kernel, KernelInfo& info) {
  const ParameterInfo ask = parameter_info();
  if (ask == nullptr) return cudaErrorCallRequiresNewerDriver;
  cudaKernel_t found = nullptr;
  const cudaError_t status = cudaLibraryGetKernel(&found, library, name);
  if (status != cudaSuccess) return status;
  kernel = reinterpret_cast<const void*>(found);
  info = info_of(found, ask);
  return cudaSuccess;
}

void Libraries::close() noexcept {
  const std::lock_guard lock(mutex_);
  if (!leak_) {
    for (const LibraryNumber library : loaded_) (void)cudaLibraryUnload(library);
  }
  loaded_.clear();
}

#else

cudaError_t Libraries::load(std::span<const std::byte>, LibraryNumber&, std::string& log) {
  log = "This build's CUDA runtime is older than 12.8 and has no libraries";
  return cudaErrorNotSupported;
}
cudaError_t Libraries::unload(LibraryNumber) noexcept { return cudaErrorNotSupported; }
cudaError_t Libraries::kernel(LibraryNumber, const char*, const void*&, KernelInfo&) { return cudaErrorNotSupported; }
void Libraries::close() noexcept {}

#endif

void Libraries::leak() noexcept {
  const std::lock_guard lock(mutex_);
  leak_ = true;
}

}  // namespace heddle::cuda::cudart
