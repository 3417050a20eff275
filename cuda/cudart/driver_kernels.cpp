#include <array>
#include <exception>
#include <vector>

#include "cuda/cudart/driver.hpp"
#include "cuda/nvrtc.hpp"

// A GPU's libraries and kernels. A library's handle is the runtime's cudaLibrary_t, a kernel's its cudaKernel_t.
namespace heddle::cuda::cudart {

namespace {

LibraryNumber library_of(LibraryHandle handle) noexcept { return reinterpret_cast<LibraryNumber>(handle); }

dim3 of(const Extent& extent) noexcept { return {extent.x, extent.y, extent.z}; }

// cuOccupancyMaxPotentialBlockSize of the driver; the runtime has it as a C++ template alone.
using PotentialBlockSize = int (*)(int* grid, int* block, const void* function, void* shared_of_block,
                                   std::size_t shared_bytes, int limit);

void suggest(const void* kernel, std::size_t shared_bytes, Occupancy& found) noexcept {
#if CUDART_VERSION >= 12050
  void* function = nullptr;
  cudaDriverEntryPointQueryResult result{};
  const cudaError_t status = cudaGetDriverEntryPointByVersion("cuOccupancyMaxPotentialBlockSize", &function, 12000,
                                                              cudaEnableDefault, &result);
  if (status != cudaSuccess || result != cudaDriverEntryPointSuccess) return;
  (void)reinterpret_cast<PotentialBlockSize>(function)(&found.suggested_grid, &found.suggested_block, kernel, nullptr,
                                                       shared_bytes, 0);
#else
  (void)kernel, (void)shared_bytes, (void)found;
#endif
}

}  // namespace

Compilation CudartDriver::compile(const CompileRequest& request, const std::atomic<bool>& stop) {
  int major = 0;
  int minor = 0;
  Compilation failure;
  failure.status = note(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, ordinal_));
  if (failure.status != kSuccess) return failure;
  failure.status = note(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, ordinal_));
  if (failure.status != kSuccess) return failure;
  return nvrtc::compile(request, major * 10 + minor, stop);
}

Status CudartDriver::library_load(std::span<const std::byte> image, LibraryHandle& handle, std::string& log) noexcept {
  try {
    LibraryNumber library{};
    const Status status = note(libraries_.load(image, library, log));
    handle = reinterpret_cast<LibraryHandle>(library);
    return status;
  } catch (const std::exception&) {
    return kMemoryAllocation;
  }
}

Status CudartDriver::library_unload(LibraryHandle handle) noexcept {
  const Status status = note(libraries_.unload(library_of(handle)));
  kernel_limits_.forget();
  return status;
}

Status CudartDriver::library_kernel(LibraryHandle library, const char* name, KernelHandle& kernel,
                                    KernelInfo& info) noexcept {
  try {
    const void* found = nullptr;
    const Status status = note(libraries_.kernel(library_of(library), name, found, info));
    kernel = reinterpret_cast<KernelHandle>(const_cast<void*>(found));
    return status;
  } catch (const std::exception&) {
    return kMemoryAllocation;
  }
}

Status CudartDriver::occupancy(KernelHandle kernel, unsigned block_threads, std::size_t shared_bytes,
                               Occupancy& found) noexcept {
  const void* const function = kernel;
  cudaFuncAttributes attributes{};
  Status status = note(cudaFuncGetAttributes(&attributes, function));
  if (status == kSuccess) {
    status = note(kernel_limits_.allow_shared(function, attributes.sharedSizeBytes, shared_bytes));
  }
  if (status != kSuccess) return status;
  status = note(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
      &found.blocks_per_multiprocessor, function, static_cast<int>(block_threads), shared_bytes));
  if (status == kSuccess) suggest(function, shared_bytes, found);
  return status;
}

Status CudartDriver::launch(KernelHandle kernel, const KernelInfo& info, const LaunchShape& shape, std::byte* values,
                            StreamHandle stream) noexcept {
  const void* const function = kernel;
  Status allowed = note(kernel_limits_.allow_shared(function, info.shared_bytes, shape.shared_bytes));
  if (allowed == kSuccess && shape.cluster.x != 0) {
    const std::size_t blocks = std::size_t{shape.cluster.x} * shape.cluster.y * shape.cluster.z;
    allowed = note(KernelLimits::allow_cluster(function, blocks));
  }
  if (allowed != kSuccess) return allowed;
  // Most kernels take a few.
  std::array<void*, 64> few{};
  std::vector<void*> many;
  void** arguments = few.data();
  if (info.parameters.size() > few.size()) {
    try {
      many.resize(info.parameters.size());
    } catch (const std::exception&) {
      return kMemoryAllocation;
    }
    arguments = many.data();
  }
  for (std::size_t i = 0; i < info.parameters.size(); ++i) arguments[i] = values + info.parameters[i].offset;
  std::array<cudaLaunchAttribute, 3> attributes{};
  unsigned count = 0;
  if (shape.cluster.x != 0) {
    attributes[count].id = cudaLaunchAttributeClusterDimension;
    attributes[count].val.clusterDim.x = shape.cluster.x;
    attributes[count].val.clusterDim.y = shape.cluster.y;
    attributes[count++].val.clusterDim.z = shape.cluster.z;
  }
  if (shape.cooperative) {
    attributes[count].id = cudaLaunchAttributeCooperative;
    attributes[count++].val.cooperative = 1;
  }
  if (shape.programmatic) {
    attributes[count].id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attributes[count++].val.programmaticStreamSerializationAllowed = 1;
  }
  cudaLaunchConfig_t config{};
  config.gridDim = of(shape.grid);
  config.blockDim = of(shape.block);
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream_of(stream);
  config.attrs = attributes.data();
  config.numAttrs = count;
  return note(cudaLaunchKernelExC(&config, function, arguments));
}

}  // namespace heddle::cuda::cudart
