#include <cstdint>

#include "cuda/cudart/driver.hpp"
#include "cuda/cudart/peer_pools.hpp"

// Pools, and memory that was there before. Whoever allocates waits until the memory is there for every stream, and whoever
// frees knows that the last use is over, so one stream of the slow lane's own orders all of it.
namespace heddle::cuda::cudart {

namespace {

cudaMemPool_t pool_of(PoolHandle handle) noexcept { return reinterpret_cast<cudaMemPool_t>(handle); }

cudaMemPoolProps properties_of(int ordinal) noexcept {
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.handleTypes = cudaMemHandleTypeNone;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = ordinal;
  return properties;
}

}  // namespace

Status CudartDriver::register_host(std::byte* address, std::size_t bytes) noexcept {
  return note(cudaHostRegister(address, bytes, cudaHostRegisterPortable));
}

Status CudartDriver::unregister_host(std::byte* address) noexcept { return note(cudaHostUnregister(address)); }

bool CudartDriver::prefers_pools() const noexcept {
  int supported = 0;
  if (cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, ordinal_) != cudaSuccess) {
    (void)cudaGetLastError();
  }
  return supported != 0;
}

Status CudartDriver::pool_create(std::size_t keep, PoolHandle& pool) noexcept {
  if (memory_stream_ == nullptr) {
    const Status status = note(cudaStreamCreateWithFlags(&memory_stream_, cudaStreamNonBlocking));
    if (status != kSuccess) return status;
  }
  const cudaMemPoolProps properties = properties_of(ordinal_);
  cudaMemPool_t made = nullptr;
  if (const Status status = note(cudaMemPoolCreate(&made, &properties)); status != kSuccess) return status;
  std::uint64_t threshold = keep;
  Status status = note(cudaMemPoolSetAttribute(made, cudaMemPoolAttrReleaseThreshold, &threshold));
  if (status == kSuccess) status = note(peer_pools::add(made, ordinal_));
  if (status != kSuccess) {
    peer_pools::remove(made);
    (void)note(cudaMemPoolDestroy(made));
    return status;
  }
  pool = reinterpret_cast<PoolHandle>(made);
  return kSuccess;
}

Status CudartDriver::pool_destroy(PoolHandle pool) noexcept {
  peer_pools::remove(pool_of(pool));
  return note(cudaMemPoolDestroy(pool_of(pool)));
}

Status CudartDriver::pool_malloc(PoolHandle pool, std::size_t bytes, std::byte*& address) noexcept {
  void* memory = nullptr;
  Status status = note(cudaMallocFromPoolAsync(&memory, bytes, pool_of(pool), memory_stream_));
  if (status == kSuccess) status = note(cudaStreamSynchronize(memory_stream_));
  if (status == kSuccess) address = static_cast<std::byte*>(memory);
  return status;
}

Status CudartDriver::pool_free(PoolHandle, std::byte* address) noexcept {
  return note(cudaFreeAsync(address, memory_stream_));
}

Status CudartDriver::pool_trim(PoolHandle pool, std::size_t keep) noexcept {
  if (const Status status = note(cudaStreamSynchronize(memory_stream_)); status != kSuccess) return status;
  // The runtime counts what is in use, too.
  std::uint64_t used = 0;
  const Status status = note(cudaMemPoolGetAttribute(pool_of(pool), cudaMemPoolAttrUsedMemCurrent, &used));
  return status != kSuccess ? status : note(cudaMemPoolTrimTo(pool_of(pool), used + keep));
}

Status CudartDriver::pool_reserved(PoolHandle pool, std::size_t& now, std::size_t& most) noexcept {
  std::uint64_t current = 0;
  std::uint64_t high = 0;
  Status status = note(cudaMemPoolGetAttribute(pool_of(pool), cudaMemPoolAttrReservedMemCurrent, &current));
  if (status == kSuccess) status = note(cudaMemPoolGetAttribute(pool_of(pool), cudaMemPoolAttrReservedMemHigh, &high));
  now = current;
  most = high;
  return status;
}

}  // namespace heddle::cuda::cudart
