#include <cstring>

#include "cuda/cudart/driver.hpp"

// Memory and events that other processes are given.
namespace heddle::cuda::cudart {

namespace {

template <class Native>
void copy_to(IpcHandle& handle, const Native& native) noexcept {
  static_assert(sizeof native == sizeof handle);
  std::memcpy(handle.data(), &native, sizeof native);
}

template <class Native>
Native native_of(const IpcHandle& handle) noexcept {
  Native native{};
  static_assert(sizeof native == sizeof handle);
  std::memcpy(&native, handle.data(), sizeof native);
  return native;
}

}  // namespace

Status CudartDriver::ipc_memory(std::byte* address, IpcHandle& handle) noexcept {
  cudaIpcMemHandle_t native{};
  const Status status = note(cudaIpcGetMemHandle(&native, address));
  copy_to(handle, native);
  return status;
}

Status CudartDriver::ipc_open_memory(const IpcHandle& handle, std::size_t, std::byte*& address) noexcept {
  void* memory = nullptr;
  const Status status = note(
      cudaIpcOpenMemHandle(&memory, native_of<cudaIpcMemHandle_t>(handle), cudaIpcMemLazyEnablePeerAccess));
  address = static_cast<std::byte*>(memory);
  return status;
}

Status CudartDriver::ipc_close_memory(std::byte* address) noexcept { return note(cudaIpcCloseMemHandle(address)); }

Status CudartDriver::ipc_event(EventHandle& event, IpcHandle& handle) noexcept {
  cudaEvent_t made = nullptr;
  Status status = note(cudaEventCreateWithFlags(&made, cudaEventDisableTiming | cudaEventInterprocess));
  if (status != kSuccess) return status;
  cudaIpcEventHandle_t native{};
  status = note(cudaIpcGetEventHandle(&native, made));
  if (status != kSuccess) {
    (void)note(cudaEventDestroy(made));
    return status;
  }
  copy_to(handle, native);
  event = reinterpret_cast<EventHandle>(made);
  return kSuccess;
}

Status CudartDriver::ipc_open_event(const IpcHandle& handle, EventHandle& event) noexcept {
  cudaEvent_t opened = nullptr;
  const Status status = note(cudaIpcOpenEventHandle(&opened, native_of<cudaIpcEventHandle_t>(handle)));
  event = reinterpret_cast<EventHandle>(opened);
  return status;
}

}  // namespace heddle::cuda::cudart
