#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cuda/availability.hpp"
#include "cuda/compile.hpp"
#include "cuda/error.hpp"
#include "cuda/launch.hpp"
#include "cuda/memory.hpp"
#include "cuda/row_copy.hpp"
#include "native/clock.hpp"

namespace heddle::cuda {

// An error number of the CUDA runtime; kSuccess is 0.
using Status = int;

enum class Operation : std::uint8_t {
  set_device,
  malloc,
  free,
  malloc_host,
  free_host,
  memory_info,
  stream_create,
  stream_destroy,
  stream_query,
  stream_wait_event,
  event_create,
  event_destroy,
  event_record,
  event_query,
  event_elapsed,
  copy,
  fill,
  histogram,
  capture_begin,
  capture_end,
  graph_instantiate,
  graph_update,
  graph_launch,
  graph_destroy,
  executable_destroy,
  compile,
  library_load,
  library_unload,
  library_kernel,
  launch,
  occupancy,
  copy_rows,
  copy_batch,
  copy_peer,
  enable_peer,
  host_call,
  register_host,
  unregister_host,
  pool_create,
  pool_destroy,
  pool_malloc,
  pool_free,
  pool_trim,
  pool_reserved,
  ipc_memory,
  ipc_open_memory,
  ipc_close_memory,
  ipc_event,
  ipc_open_event,
  comm_id,
  comm_open,
  collective,
  end,  // none: how many there are
};
inline constexpr auto kOperations = static_cast<std::size_t>(Operation::end);

// The name of the runtime's function, "cudaMemcpyAsync", or of the kernel: "histogram".
[[nodiscard]] const char* operation_name(Operation operation) noexcept;
// The other way.
[[nodiscard]] std::optional<Operation> operation_of(std::string_view name) noexcept;
// Whether a driver does it, and it can fail: all but a function of the program's own.
[[nodiscard]] constexpr bool is_driver_call(Operation operation) noexcept { return operation != Operation::host_call; }
// Whether it is carried out by a stream some time after the call, and can fail then.
[[nodiscard]] bool is_stream_work(Operation operation) noexcept;

enum class Priority : std::uint8_t { low, normal, high };

// Names a group of ranks. One of them makes it, and the program carries it to the others.
using CommId = std::array<std::byte, 128>;
class Communicator;

// Names memory or an event of one process for others on the same machine.
using IpcHandle = std::array<std::byte, 64>;

// What a driver gives out; null is none.
struct DriverStream;
struct DriverEvent;
struct DriverGraph;
struct DriverExecutable;
struct DriverLibrary;
struct DriverKernel;
struct DriverPool;
using StreamHandle = DriverStream*;
using EventHandle = DriverEvent*;
using PoolHandle = DriverPool*;
using GraphHandle = DriverGraph*;            // what was captured
using ExecutableHandle = DriverExecutable*;  // what can be launched
using LibraryHandle = DriverLibrary*;
using KernelHandle = DriverKernel*;  // its library's

// The seam: one device as the CUDA runtime shows it. Two sides, cudart/ and host/, with the same contract; nothing above
// knows which it has. Calls return the runtime's error numbers and never throw. All but the ones marked slow return
// promptly. Device calls its driver from two threads: streams, events and operations from the device's thread, the
// slow calls from its slow lane; a driver takes both at once.
//
// Whoever enqueues an operation keeps its memory until an event recorded after it is done.
class Driver {
 public:
  virtual ~Driver() = default;

  // Makes the device current on the calling thread. Each thread does so once, before anything else. Slow the first time:
  // it creates the context.
  virtual Status set_current() noexcept = 0;
  // Slow: loads the kernels that ship with the library. A failure is kept and returned by their launches.
  virtual void load_kernels() noexcept {}
  [[nodiscard]] virtual DeviceInfo info() noexcept = 0;

  // Slow, all four.
  virtual Status malloc(std::size_t bytes, std::byte*& address) noexcept = 0;
  virtual Status free(std::byte* address) noexcept = 0;
  // `write_combined`: fast for the device to read and for the CPU to write, very slow for the CPU to read.
  virtual Status malloc_host(std::size_t bytes, bool write_combined, std::byte*& address) noexcept = 0;
  // May also be called after shutdown(), and then by any thread.
  virtual Status free_host(std::byte* address) noexcept = 0;
  virtual Status memory_info(std::size_t& free, std::size_t& total) noexcept = 0;
  // Slow, both: locks pages of memory that is there already, so that copies reach it as they do pinned memory.
  virtual Status register_host(std::byte* address, std::size_t bytes) noexcept = 0;
  // May also be called after shutdown(), and then by any thread.
  virtual Status unregister_host(std::byte* address) noexcept = 0;

  // Slow, all of these. A pool takes memory from the device and keeps up to `keep` bytes of what is freed, for what is
  // allocated next. Who frees knows that the last use is over.
  virtual Status pool_create(std::size_t keep, PoolHandle& pool) noexcept = 0;
  // Its memory has been freed before.
  virtual Status pool_destroy(PoolHandle pool) noexcept = 0;
  virtual Status pool_malloc(PoolHandle pool, std::size_t bytes, std::byte*& address) noexcept = 0;
  virtual Status pool_free(PoolHandle pool, std::byte* address) noexcept = 0;
  // Gives back to the device all but `keep` bytes, of those that are not in use.
  virtual Status pool_trim(PoolHandle pool, std::size_t keep) noexcept = 0;
  // What the pool has of the device, in use or not: now, and at most so far.
  virtual Status pool_reserved(PoolHandle pool, std::size_t& now, std::size_t& most) noexcept = 0;
  // Plain allocations are better taken from a pool.
  [[nodiscard]] virtual bool prefers_pools() const noexcept { return false; }

  // Slow, all of these. What other processes can be given; free() gives it back.
  virtual Status malloc_shareable(std::size_t bytes, std::byte*& address) noexcept { return malloc(bytes, address); }
  // `address`: where malloc_shareable() said that it begins. Who opens it must be done before it is freed.
  virtual Status ipc_memory(std::byte* address, IpcHandle& handle) noexcept = 0;
  // Another process's memory, of at least so many bytes as far as the driver can tell.
  virtual Status ipc_open_memory(const IpcHandle& handle, std::size_t bytes, std::byte*& address) noexcept = 0;
  virtual Status ipc_close_memory(std::byte* address) noexcept = 0;
  // Events that processes share, to be recorded and waited for by all of them, but not in a capture; neither query nor
  // time. A wait means the latest record that any process has handed over before.
  virtual Status ipc_event(EventHandle& event, IpcHandle& handle) noexcept = 0;
  virtual Status ipc_open_event(const IpcHandle& handle, EventHandle& event) noexcept = 0;

  // Slow. Lets this device reach the memory of another by itself, where the hardware can. Asked again, it answers again.
  virtual Status enable_peer(int ordinal, bool& direct) noexcept = 0;

  // Streams never wait for the default stream.
  virtual Status stream_create(Priority priority, StreamHandle& stream) noexcept = 0;
  virtual Status stream_destroy(StreamHandle stream) noexcept = 0;
  // kSuccess: idle. kNotReady: working.
  virtual Status stream_query(StreamHandle stream) noexcept = 0;
  virtual Status stream_wait_event(StreamHandle stream, EventHandle event) noexcept = 0;

  virtual Status event_create(bool timing, EventHandle& event) noexcept = 0;
  virtual Status event_destroy(EventHandle event) noexcept = 0;
  virtual Status event_record(EventHandle event, StreamHandle stream) noexcept = 0;
  // kSuccess: reached, or never recorded. kNotReady: not yet.
  virtual Status event_query(EventHandle event) noexcept = 0;
  // Between two timing events that are done.
  virtual Status event_elapsed(EventHandle from, EventHandle to, float& milliseconds) noexcept = 0;
  // When a timing event that is done was reached, on Clock::monotonic().
  virtual Status event_time(EventHandle event, Nanoseconds& time) noexcept = 0;

  // Pageable memory only where copies_pageable(), and between two places of the host only there or in a capture.
  virtual Status copy(std::byte* destination, Space to, const std::byte* source, Space from, std::size_t bytes,
                      StreamHandle stream) noexcept = 0;
  // As copy(), for rows, and for many at once in no order among themselves. Not empty.
  virtual Status copy_rows(const RowCopy& rows, StreamHandle stream) noexcept = 0;
  virtual Status copy_batch(std::span<const PlainCopy> copies, StreamHandle stream) noexcept = 0;
  // Between the memory of two devices, with or without enable_peer().
  virtual Status copy_peer(std::byte* destination, int to_ordinal, const std::byte* source, int from_ordinal,
                           std::size_t bytes, StreamHandle stream) noexcept = 0;
  // `count` elements of `width` bytes (1, 2, 4 or 8) in device or pinned memory.
  virtual Status fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
                      StreamHandle stream) noexcept = 0;
  virtual Status histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                           StreamHandle stream) noexcept = 0;

  // Between these two calls operations are noted and not carried out: those on `stream`, and on every stream that was
  // made to wait for an event recorded in the capture. Such events mean nothing outside of it. The same thread makes all
  // these calls, and none but enqueueing ones for those streams. On failure nothing is captured, and the streams are as
  // they were before.
  virtual Status capture_begin(StreamHandle stream) noexcept = 0;
  virtual Status capture_end(StreamHandle stream, GraphHandle& graph) noexcept = 0;
  virtual Status graph_destroy(GraphHandle graph) noexcept = 0;
  // Slow. The executable does not need the graph any more.
  virtual Status graph_instantiate(GraphHandle graph, ExecutableHandle& executable) noexcept = 0;
  // Later launches are of `graph`, which must be the same but for arguments, else kGraphUpdateFailure: nothing has changed.
  virtual Status graph_update(ExecutableHandle executable, GraphHandle graph) noexcept = 0;
  // Carries everything out as one piece of work. Launches of one executable come one after the other, whatever their
  // streams. Whoever launches keeps the memory that was captured, as for any operation.
  virtual Status graph_launch(ExecutableHandle executable, StreamHandle stream) noexcept = 0;
  // Slow. Launches may be in flight.
  virtual Status executable_destroy(ExecutableHandle executable) noexcept = 0;

  // Slow: takes a compiler's time, and looks at `stop` meanwhile. Needs nothing of the device but its kind, and may be
  // called on a third thread. May throw what the standard library does where it runs out of something.
  [[nodiscard]] virtual Compilation compile(const CompileRequest& request, const std::atomic<bool>& stop) = 0;
  // Slow, all four. `log` is what the loader had to say. The image need not stay.
  virtual Status library_load(std::span<const std::byte> image, LibraryHandle& library, std::string& log) noexcept = 0;
  // May also be called after shutdown(), and then by any thread.
  virtual Status library_unload(LibraryHandle library) noexcept = 0;
  virtual Status library_kernel(LibraryHandle library, const char* name, KernelHandle& kernel,
                                KernelInfo& info) noexcept = 0;
  virtual Status occupancy(KernelHandle kernel, unsigned block_threads, std::size_t shared_bytes,
                           Occupancy& found) noexcept = 0;
  // `values`: the arguments, laid out as `info`, which is the kernel's own, says. They need not stay.
  virtual Status launch(KernelHandle kernel, const KernelInfo& info, const LaunchShape& shape, std::byte* values,
                        StreamHandle stream) noexcept = 0;

  // Collectives. `reason` is what would help, for people, when these fail. Slow, both.
  virtual Status comm_id(CommId& id, std::string& reason) noexcept = 0;
  // Begins to join the group of that id as one of `size` ranks.
  virtual Status comm_open(const CommId& id, int rank, int size, std::unique_ptr<Communicator>& made,
                           std::string& reason) noexcept = 0;

  // The first sticky error, if the device has died.
  [[nodiscard]] virtual Status sticky_error() noexcept = 0;

  // Traits, the same for the life of the driver.
  // copy() takes pageable memory, and host memory on both sides, without blocking the caller.
  [[nodiscard]] virtual bool copies_pageable() const noexcept = 0;
  // Small operations are often done when the enqueueing call returns, so that asking is cheaper than an event.
  [[nodiscard]] virtual bool completes_inline() const noexcept = 0;
  // Calls the hook, on a thread of its own, whenever an event comes to be reached or the device dies, so that nobody
  // has to ask again and again. False: the driver leaves the hook alone.
  using ProgressHook = void (*)(void* context) noexcept;
  virtual bool set_progress_hook(ProgressHook hook, void* context) noexcept {
    (void)hook, (void)context;
    return false;
  }

  // Ends queued work early. True: nothing touches memory of an operation any more. False: that can't be known.
  virtual bool abandon() noexcept = 0;
  // Gives back what the driver holds for itself. Streams, events and device memory have been given back before.
  virtual void shutdown() noexcept = 0;
};

}  // namespace heddle::cuda
