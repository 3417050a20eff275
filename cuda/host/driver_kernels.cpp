#include <exception>
#include <memory>
#include <new>

#include "cuda/host/compile.hpp"
#include "cuda/host/driver.hpp"
#include "cuda/host/launch.hpp"
#include "cuda/host/library.hpp"

// The host device's libraries and kernels. A library's handle is the Library, a kernel's its entry in there.
namespace heddle::cuda::host {

namespace {

const heddle_abi::Kernel& kernel_of(KernelHandle handle) noexcept {
  return *reinterpret_cast<const heddle_abi::Kernel*>(handle);
}

KernelInfo info_of(const heddle_abi::Kernel& kernel) {
  KernelInfo info;
  for (unsigned i = 0; i < kernel.parameter_count; ++i) {
    info.parameters.push_back({kernel.parameters[i].offset, kernel.parameters[i].bytes});
  }
  return info;
}

}  // namespace

Compilation HostDriver::compile(const CompileRequest& request, const std::atomic<bool>& stop) {
  const Call call = begin(Operation::compile);
  if (call.status == kSuccess) return host::compile(request, stop);
  Compilation failure;
  failure.status = call.status;
  return failure;
}

Status HostDriver::library_load(std::span<const std::byte> image, LibraryHandle& handle, std::string& log) noexcept {
  const Call call = begin(Operation::library_load);
  if (call.status != kSuccess) return call.status;
  try {
    std::unique_ptr<Library> library;
    const Status status = Library::load(image, library, log);
    if (status == kSuccess) handle = reinterpret_cast<LibraryHandle>(library.release());
    return status;
  } catch (const std::exception&) {
    return kMemoryAllocation;
  }
}

Status HostDriver::library_unload(LibraryHandle handle) noexcept {
  const Call call = begin(Operation::library_unload);
  // It goes also when the device is dead: unlike a GPU's, it would stay with the process.
  const std::unique_ptr<Library> last(reinterpret_cast<Library*>(handle));
  return call.status;
}

Status HostDriver::library_kernel(LibraryHandle library, const char* name, KernelHandle& kernel,
                                  KernelInfo& info) noexcept {
  const Call call = begin(Operation::library_kernel);
  if (call.status != kSuccess) return call.status;
  const heddle_abi::Kernel* found = reinterpret_cast<const Library*>(library)->find(name);
  if (found == nullptr) return kSymbolNotFound;
  try {
    info = info_of(*found);
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
  kernel = reinterpret_cast<KernelHandle>(const_cast<heddle_abi::Kernel*>(found));
  return kSuccess;
}

// A multiprocessor is a CPU core here, and runs one block at a time.
Status HostDriver::occupancy(KernelHandle, unsigned block_threads, std::size_t shared_bytes,
                             Occupancy& found) noexcept {
  const Call call = begin(Operation::occupancy);
  if (call.status != kSuccess) return call.status;
  LaunchShape shape;
  shape.block.x = block_threads;
  shape.shared_bytes = static_cast<std::uint32_t>(shared_bytes);
  const bool fits = check_shape(shape) == kSuccess;
  found = {.blocks_per_multiprocessor = fits ? 1 : 0, .suggested_block = 256, .suggested_grid = info().multiprocessors};
  return kSuccess;
}

Status HostDriver::launch(KernelHandle kernel, const KernelInfo& info, const LaunchShape& shape, std::byte* values,
                          StreamHandle stream) noexcept {
  if (const Status status = check_shape(shape); status != kSuccess) return status;
  try {
    return enqueue(Operation::launch, stream, make_launch_job(kernel_of(kernel), info, shape, values));
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

}  // namespace heddle::cuda::host
