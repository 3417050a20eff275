#pragma once

#include <memory>
#include <mutex>
#include <unordered_set>

#include "cuda/communicator.hpp"
#include "cuda/driver.hpp"
#include "cuda/host/engine.hpp"
#include "cuda/host/faults.hpp"
#include "cuda/host/job.hpp"
#include "cuda/host/locked_pages.hpp"
#include "cuda/host/memory.hpp"
#include "cuda/host/options.hpp"
#include "cuda/host/work.hpp"

namespace heddle::cuda::host {

class Stream;

// The host device: the contract of Driver kept by threads of this process, with ordinary memory. It fails when and how
// its options say.
class HostDriver final : public Driver {
 public:
  explicit HostDriver(const Options& options);
  HostDriver(const HostDriver&) = delete;
  HostDriver& operator=(const HostDriver&) = delete;
  ~HostDriver() override;

  Status set_current() noexcept override;
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

  // How everything else comes to a stream: counted and failed as a call of `operation`, which is_stream_work().
  Status enqueue(Operation operation, StreamHandle stream, std::unique_ptr<Job> job) noexcept;

  // ipc.cpp
  Status malloc_shareable(std::size_t bytes, std::byte*& address) noexcept override;
  Status ipc_memory(std::byte* address, IpcHandle& handle) noexcept override;
  Status ipc_open_memory(const IpcHandle& handle, std::size_t bytes, std::byte*& address) noexcept override;
  Status ipc_close_memory(std::byte* address) noexcept override;
  Status ipc_event(EventHandle& event, IpcHandle& handle) noexcept override;
  Status ipc_open_event(const IpcHandle& handle, EventHandle& event) noexcept override;

  // collectives.cpp
  Status comm_id(CommId& id, std::string& reason) noexcept override;
  Status comm_open(const CommId& id, int rank, int size, std::unique_ptr<Communicator>& made,
                   std::string& reason) noexcept override;

  [[nodiscard]] Status sticky_error() noexcept override { return engine_.dead_of.load(); }
  [[nodiscard]] bool copies_pageable() const noexcept override { return !options_.stage_pageable; }
  [[nodiscard]] bool completes_inline() const noexcept override;
  [[nodiscard]] bool prefers_pools() const noexcept override { return options_.prefer_pools; }
  bool set_progress_hook(ProgressHook hook, void* context) noexcept override;
  bool abandon() noexcept override;
  void shutdown() noexcept override;

 private:
  // What every call begins with: counts it, and fails if it is to.
  struct Call {
    Status status = kSuccess;
    Fault fault;  // what is to happen to the work, if the call succeeds
  };
  Call begin(Operation operation) noexcept;
  [[nodiscard]] bool blocks(Space to, Space from, StreamHandle stream) const noexcept;
  static void suffer(const Call& call, Work& work) noexcept;
  // ipc.cpp
  [[nodiscard]] static EventHandle give_out(std::shared_ptr<SharedMapping> mapping);
  Status enqueue_shared(const Call& call, StreamHandle stream, const Event& event, bool record) noexcept;
  // Hands the work to the stream, or to its capture; it suffers the call's fault there.
  Status enqueue(const Call& call, StreamHandle stream, Work work) noexcept;

  const Options options_;
  Faults faults_;
  Memory memory_;
  LockedPages locked_pages_;
  Engine engine_;
  std::mutex streams_mutex_;
  std::unordered_set<Stream*> streams_;
};

}  // namespace heddle::cuda::host
