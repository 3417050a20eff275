#include "cuda/driver.hpp"

#include <array>

namespace heddle::cuda {

namespace {

struct Name {
  Operation operation;
  const char* runtime;
  const char* seam;
  bool stream_work = false;
};

constexpr std::array kNames{
    Name{Operation::set_device, "cudaSetDevice", "set_device"},
    Name{Operation::malloc, "cudaMalloc", "malloc"},
    Name{Operation::free, "cudaFree", "free"},
    Name{Operation::malloc_host, "cudaMallocHost", "malloc_host"},
    Name{Operation::free_host, "cudaFreeHost", "free_host"},
    Name{Operation::memory_info, "cudaMemGetInfo", "memory_info"},
    Name{Operation::stream_create, "cudaStreamCreateWithPriority", "stream_create"},
    Name{Operation::stream_destroy, "cudaStreamDestroy", "stream_destroy"},
    Name{Operation::stream_query, "cudaStreamQuery", "stream_query"},
    Name{Operation::stream_wait_event, "cudaStreamWaitEvent", "stream_wait_event", true},
    Name{Operation::event_create, "cudaEventCreateWithFlags", "event_create"},
    Name{Operation::event_destroy, "cudaEventDestroy", "event_destroy"},
    Name{Operation::event_record, "cudaEventRecord", "event_record", true},
    Name{Operation::event_query, "cudaEventQuery", "event_query"},
    Name{Operation::event_elapsed, "cudaEventElapsedTime", "event_elapsed"},
    Name{Operation::copy, "cudaMemcpyAsync", "copy", true},
    Name{Operation::fill, "cudaMemsetAsync", "fill", true},
    Name{Operation::histogram, "histogram", "histogram", true},
    Name{Operation::capture_begin, "cudaStreamBeginCapture", "capture_begin"},
    Name{Operation::capture_end, "cudaStreamEndCapture", "capture_end"},
    Name{Operation::graph_instantiate, "cudaGraphInstantiate", "graph_instantiate"},
    Name{Operation::graph_update, "cudaGraphExecUpdate", "graph_update"},
    Name{Operation::graph_launch, "cudaGraphLaunch", "graph_launch", true},
    Name{Operation::graph_destroy, "cudaGraphDestroy", "graph_destroy"},
    Name{Operation::executable_destroy, "cudaGraphExecDestroy", "executable_destroy"},
    Name{Operation::compile, "nvrtcCompileProgram", "compile"},
    Name{Operation::library_load, "cudaLibraryLoadData", "library_load"},
    Name{Operation::library_unload, "cudaLibraryUnload", "library_unload"},
    Name{Operation::library_kernel, "cudaLibraryGetKernel", "library_kernel"},
    Name{Operation::launch, "cudaLaunchKernelExC", "launch", true},
    Name{Operation::occupancy, "cudaOccupancyMaxActiveBlocksPerMultiprocessor", "occupancy"},
    Name{Operation::copy_rows, "cudaMemcpy2DAsync", "copy_rows", true},
    Name{Operation::copy_batch, "cudaMemcpyBatchAsync", "copy_batch", true},
    Name{Operation::copy_peer, "cudaMemcpyPeerAsync", "copy_peer", true},
    Name{Operation::enable_peer, "cudaDeviceEnablePeerAccess", "enable_peer"},
    Name{Operation::host_call, "host", "host_call"},
    Name{Operation::register_host, "cudaHostRegister", "register_host"},
    Name{Operation::unregister_host, "cudaHostUnregister", "unregister_host"},
    Name{Operation::pool_create, "cudaMemPoolCreate", "pool_create"},
    Name{Operation::pool_destroy, "cudaMemPoolDestroy", "pool_destroy"},
    Name{Operation::pool_malloc, "cudaMallocFromPoolAsync", "pool_malloc"},
    Name{Operation::pool_free, "cudaFreeAsync", "pool_free"},
    Name{Operation::pool_trim, "cudaMemPoolTrimTo", "pool_trim"},
    Name{Operation::pool_reserved, "cudaMemPoolGetAttribute", "pool_reserved"},
    Name{Operation::ipc_memory, "cudaIpcGetMemHandle", "ipc_memory"},
    Name{Operation::ipc_open_memory, "cudaIpcOpenMemHandle", "ipc_open_memory"},
    Name{Operation::ipc_close_memory, "cudaIpcCloseMemHandle", "ipc_close_memory"},
    Name{Operation::ipc_event, "cudaIpcGetEventHandle", "ipc_event"},
    Name{Operation::ipc_open_event, "cudaIpcOpenEventHandle", "ipc_open_event"},
    Name{Operation::comm_id, "ncclGetUniqueId", "comm_id"},
    Name{Operation::comm_open, "ncclCommInitRankConfig", "comm_open"},
    Name{Operation::collective, "collective", "collective", true},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (static_cast<std::size_t>(kNames[i].operation) != i) return false;
  }
  return kNames.size() == kOperations;
}
static_assert(in_order());

}  // namespace

const char* operation_name(Operation operation) noexcept { return kNames[static_cast<std::size_t>(operation)].runtime; }

std::optional<Operation> operation_of(std::string_view name) noexcept {
  for (const Name& entry : kNames) {
    if (name == entry.runtime || name == entry.seam) return entry.operation;
  }
  return std::nullopt;
}

bool is_stream_work(Operation operation) noexcept { return kNames[static_cast<std::size_t>(operation)].stream_work; }

}  // namespace heddle::cuda
