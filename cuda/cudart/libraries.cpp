#include "cuda/cudart/libraries.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace heddle::cuda::cudart {

#if CUDART_VERSION >= 12080

namespace {

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

// Loading is lazy by default: what is loaded, and compiled where it is PTX, is so when it is first asked for. A launch would
// do that on the device's thread, wait for kernels that run, and tell what is wrong without a word of the log.
cudaError_t load_kernels(cudaLibrary_t library) {
  unsigned count = 0;
  cudaError_t status = cudaLibraryGetKernelCount(&count, library);
  if (status != cudaSuccess) return status;
  std::vector<cudaKernel_t> kernels(count);
  if (count != 0) status = cudaLibraryEnumerateKernels(kernels.data(), count, library);
  for (unsigned i = 0; i < count && status == cudaSuccess; ++i) {
    cudaFuncAttributes attributes{};
    status = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(kernels[i]));
  }
  return status;
}

}  // namespace

cudaError_t Libraries::load(std::span<const std::byte> image, LibraryNumber& library, std::string& log) {
  // PTX is text, and must end as such.
  std::string text(reinterpret_cast<const char*>(image.data()), image.size());
  auto errors = std::make_unique<Log>();
  std::array<cudaJitOption, 2> options{cudaJitErrorLogBuffer, cudaJitErrorLogBufferSizeBytes};
  std::array<void*, 2> values{errors->data(), reinterpret_cast<void*>(std::uintptr_t{errors->size()})};
  cudaError_t status = cudaLibraryLoadData(&library, text.c_str(), options.data(), values.data(),
                                           static_cast<unsigned>(options.size()), nullptr, nullptr, 0);
  if (status == cudaSuccess) {
    status = load_kernels(library);
    if (status != cudaSuccess) (void)cudaLibraryUnload(std::exchange(library, nullptr));
  }
  log = errors->data();
  if (status != cudaSuccess) return status;
  const std::lock_guard lock(mutex_);
  loaded_.emplace(library, std::move(errors));
  return status;
}

cudaError_t Libraries::unload(LibraryNumber library) noexcept {
  std::unique_ptr<Log> log;
  {
    const std::lock_guard lock(mutex_);
    const auto found = loaded_.find(library);
    if (leak_ || found == loaded_.end()) return cudaSuccess;
    log = std::move(found->second);
    loaded_.erase(found);
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
  cudaFuncAttributes attributes{};
  const cudaError_t asked = cudaFuncGetAttributes(&attributes, kernel);
  info.shared_bytes = attributes.sharedSizeBytes;
  return asked;
}

void Libraries::close() noexcept {
  const std::lock_guard lock(mutex_);
  if (!leak_) {
    for (const auto& [library, log] : loaded_) (void)cudaLibraryUnload(library);
    loaded_.clear();
  }
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
