#include "cuda/driver.hpp"

#include <array>

namespace heddle::cuda {

namespace {

struct Name {
  Operation operation;
  const char* runtime;
  bool stream_work = false;
};

constexpr std::array kNames{
    Name{Operation::set_device, "cudaSetDevice"},
    Name{Operation::malloc, "cudaMalloc"},
    Name{Operation::free, "cudaFree"},
    Name{Operation::malloc_host, "cudaMallocHost"},
    Name{Operation::free_host, "cudaFreeHost"},
    Name{Operation::memory_info, "cudaMemGetInfo"},
    Name{Operation::stream_create, "cudaStreamCreateWithPriority"},
    Name{Operation::stream_destroy, "cudaStreamDestroy"},
    Name{Operation::stream_query, "cudaStreamQuery"},
    Name{Operation::stream_wait_event, "cudaStreamWaitEvent", true},
    Name{Operation::event_create, "cudaEventCreateWithFlags"},
    Name{Operation::event_destroy, "cudaEventDestroy"},
    Name{Operation::event_record, "cudaEventRecord", true},
    Name{Operation::event_query, "cudaEventQuery"},
    Name{Operation::event_elapsed, "cudaEventElapsedTime"},
    Name{Operation::copy, "cudaMemcpyAsync", true},
    Name{Operation::fill, "cudaMemsetAsync", true},
    Name{Operation::histogram, "histogram", true},
    Name{Operation::capture_begin, "cudaStreamBeginCapture"},
    Name{Operation::capture_end, "cudaStreamEndCapture"},
    Name{Operation::graph_instantiate, "cudaGraphInstantiate"},
    Name{Operation::graph_update, "cudaGraphExecUpdate"},
    Name{Operation::graph_launch, "cudaGraphLaunch", true},
    Name{Operation::graph_destroy, "cudaGraphDestroy"},
    Name{Operation::executable_destroy, "cudaGraphExecDestroy"},
    Name{Operation::compile, "nvrtcCompileProgram"},
    Name{Operation::library_load, "cudaLibraryLoadData"},
    Name{Operation::library_unload, "cudaLibraryUnload"},
    Name{Operation::library_kernel, "cudaLibraryGetKernel"},
    Name{Operation::launch, "cudaLaunchKernelExC", true},
    Name{Operation::occupancy, "cudaOccupancyMaxActiveBlocksPerMultiprocessor"},
    Name{Operation::copy_rows, "cudaMemcpy2DAsync", true},
    Name{Operation::copy_batch, "cudaMemcpyBatchAsync", true},
    Name{Operation::copy_peer, "cudaMemcpyPeerAsync", true},
    Name{Operation::enable_peer, "cudaDeviceEnablePeerAccess"},
    Name{Operation::host_call, "host"},
    Name{Operation::register_host, "cudaHostRegister"},
    Name{Operation::unregister_host, "cudaHostUnregister"},
    Name{Operation::pool_create, "cudaMemPoolCreate"},
    Name{Operation::pool_destroy, "cudaMemPoolDestroy"},
    Name{Operation::pool_malloc, "cudaMallocFromPoolAsync"},
    Name{Operation::pool_free, "cudaFreeAsync"},
    Name{Operation::pool_trim, "cudaMemPoolTrimTo"},
    Name{Operation::pool_reserved, "cudaMemPoolGetAttribute"},
    Name{Operation::ipc_memory, "cudaIpcGetMemHandle"},
    Name{Operation::ipc_open_memory, "cudaIpcOpenMemHandle"},
    Name{Operation::ipc_close_memory, "cudaIpcCloseMemHandle"},
    Name{Operation::ipc_event, "cudaIpcGetEventHandle"},
    Name{Operation::ipc_open_event, "cudaIpcOpenEventHandle"},
    Name{Operation::comm_id, "ncclGetUniqueId"},
    Name{Operation::comm_open, "ncclCommInitRankConfig"},
    Name{Operation::collective, "collective", true},
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
    if (name == entry.runtime) return entry.operation;
  }
  return std::nullopt;
}

bool is_stream_work(Operation operation) noexcept { return kNames[static_cast<std::size_t>(operation)].stream_work; }

}  // namespace heddle::cuda
