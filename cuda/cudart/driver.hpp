#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cuda/communicator.hpp"
#include "cuda/cudart/device_clock.hpp"
#include "cuda/cudart/kernel_limits.hpp"
#include "cuda/cudart/kernels.hpp"
#include "cuda/cudart/libraries.hpp"
#include "cuda/driver.hpp"

namespace heddle::cuda::cudart {

[[nodiscard]] inline cudaStream_t stream_of(StreamHandle handle) noexcept {
  return reinterpret_cast<cudaStream_t>(handle);
}
[[nodiscard]] inline cudaEvent_t event_of(EventHandle handle) noexcept { return reinterpret_cast<cudaEvent_t>(handle); }

// A GPU through the CUDA runtime: each call is the runtime's own. driver.cpp has the plain ones; what takes more than a
// call has a file of its own beside it.
class CudartDriver final : public Driver {
 public:
  explicit CudartDriver(int ordinal) noexcept : ordinal_(ordinal) {}

  Status set_current() noexcept override;
  void load_kernels() noexcept override;
  [[nodiscard]] DeviceInfo info() noexcept override;

  Status malloc(std::size_t bytes, std::byte*& address) noexcept override;
  Status free(std::byte* address) noexcept override;
  Status malloc_host(std::size_t bytes, bool write_combined, std::byte*& address) noexcept override;
  Status free_host(std::byte* address) noexcept override;
  Status memory_info(std::size_t& free, std::size_t& total) noexcept override;
  Status register_host(std::byte* address, std::size_t bytes) noexcept override;
  Status unregister_host(std::byte* address) noexcept override;

  Status pool_create(std::size_t keep, PoolHandle& pool) noexcept override;
  Status pool_destroy(PoolHandle pool) noexcept override;
  Status pool_malloc(PoolHandle pool, std::size_t bytes, std::byte*& address) noexcept override;
  Status pool_free(PoolHandle pool, std::byte* address) noexcept override;
  Status pool_trim(PoolHandle pool, std::size_t keep) noexcept override;
  Status pool_reserved(PoolHandle pool, std::size_t& now, std::size_t& most) noexcept override;
  // Freeing to a pool synchronises nothing, as cudaFree may.
  [[nodiscard]] bool prefers_pools() const noexcept override;

  Status enable_peer(int ordinal, bool& direct) noexcept override;

  Status stream_create(Priority priority, StreamHandle& stream) noexcept override;
  Status stream_destroy(StreamHandle stream) noexcept override;
  Status stream_query(StreamHandle stream) noexcept override;
  Status stream_wait_event(StreamHandle stream, EventHandle event) noexcept override;

  Status event_create(bool timing, EventHandle& event) noexcept override;
  Status event_destroy(EventHandle event) noexcept override;
  Status event_record(EventHandle event, StreamHandle stream) noexcept override;
  Status event_query(EventHandle event) noexcept override;
  Status event_elapsed(EventHandle from, EventHandle to, float& milliseconds) noexcept override;
  Status event_time(EventHandle event, Nanoseconds& time) noexcept override;

  Status copy(std::byte* destination, Space to, const std::byte* source, Space from, std::size_t bytes,
              StreamHandle stream) noexcept override;
  Status copy_rows(const RowCopy& rows, StreamHandle stream) noexcept override;
  Status copy_batch(std::span<const PlainCopy> copies, StreamHandle stream) noexcept override;
  Status copy_peer(std::byte* destination, int to_ordinal, const std::byte* source, int from_ordinal,
                   std::size_t bytes, StreamHandle stream) noexcept override;
  Status fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
              StreamHandle stream) noexcept override;
  Status histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                   StreamHandle stream) noexcept override;

  // graph.cpp
  Status capture_begin(StreamHandle stream) noexcept override;
  Status capture_end(StreamHandle stream, GraphHandle& graph) noexcept override;
  Status graph_destroy(GraphHandle graph) noexcept override;
  Status graph_instantiate(GraphHandle graph, ExecutableHandle& executable) noexcept override;
  Status graph_update(ExecutableHandle executable, GraphHandle graph) noexcept override;
  Status graph_launch(ExecutableHandle executable, StreamHandle stream) noexcept override;
  Status executable_destroy(ExecutableHandle executable) noexcept override;

  // driver_kernels.cpp
  [[nodiscard]] Compilation compile(const CompileRequest& request, const std::atomic<bool>& stop) override;
  Status library_load(std::span<const std::byte> image, LibraryHandle& library, std::string& log) noexcept override;
  Status library_unload(LibraryHandle library) noexcept override;
  Status library_kernel(LibraryHandle library, const char* name, KernelHandle& kernel,
                        KernelInfo& info) noexcept override;
  Status occupancy(KernelHandle kernel, unsigned block_threads, std::size_t shared_bytes,
                   Occupancy& found) noexcept override;
  Status launch(KernelHandle kernel, const KernelInfo& info, const LaunchShape& shape, std::byte* values,
                StreamHandle stream) noexcept override;

  // ipc.cpp
  Status ipc_memory(std::byte* address, IpcHandle& handle) noexcept override;
  Status ipc_open_memory(const IpcHandle& handle, std::size_t bytes, std::byte*& address) noexcept override;
  Status ipc_close_memory(std::byte* address) noexcept override;
  Status ipc_event(EventHandle& event, IpcHandle& handle) noexcept override;
  Status ipc_open_event(const IpcHandle& handle, EventHandle& event) noexcept override;

  // collectives.cpp
  Status comm_id(CommId& id, std::string& reason) noexcept override;
  Status comm_open(const CommId& id, int rank, int size, std::unique_ptr<Communicator>& made,
                   std::string& reason) noexcept override;

  [[nodiscard]] Status sticky_error() noexcept override { return dead_of_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool copies_pageable() const noexcept override { return false; }
  [[nodiscard]] bool completes_inline() const noexcept override { return false; }
  // There is no way to take work back from a GPU, nor to know when it lets go of memory.
  bool abandon() noexcept override {
    libraries_.leak();
    leak_kernels_.store(true, std::memory_order_relaxed);
    return false;
  }
  void shutdown() noexcept override;

 private:
  // Every result goes through here. Remembers what the device died of. Other errors are taken out of the runtime's
  // per-thread record, so that they don't turn up as somebody else's.
  Status note(cudaError_t status) noexcept;

  const int ordinal_;
  std::atomic<Status> dead_of_{kSuccess};
  Kernels kernels_;
  std::atomic<bool> leak_kernels_{false};  // they may run for ever
  Libraries libraries_;
  KernelLimits kernel_limits_;
  DeviceClock clock_;
  cudaStream_t memory_stream_ = nullptr;  // the slow lane's: what pools do is in its order
};

}  // namespace heddle::cuda::cudart
