#include "cuda/ipc.hpp"

#include "cuda/device_thread.hpp"

namespace heddle::cuda {

namespace ipc {

namespace {

EventPtr event_of(DeviceThread& thread, EventHandle handle) {
  const auto drop = [self = thread.shared_from_this(), driver = thread.core().driver](DriverEvent* last) noexcept {
    self->give_back_on_lane([driver, last] { (void)driver->event_destroy(last); });
  };
  return {handle, drop};
}

}  // namespace

void share_memory(DeviceThread& thread, Span memory, Shared told) {
  thread.post_to_lane([&thread, memory = std::move(memory), told = std::move(told)](const ErrorPtr& refusal) {
    IpcHandle handle{};
    if (refusal != nullptr) return told(handle, refusal);
    const Status status = thread.core().driver->ipc_memory(memory.address, handle);
    told(handle, status == kSuccess ? nullptr : make_error(status, operation_name(Operation::ipc_memory)));
  });
}

void open_memory(DeviceThread& thread, const IpcHandle& handle, std::size_t bytes, Opened opened) {
  thread.post_to_lane([&thread, handle, bytes, opened = std::move(opened)](const ErrorPtr& refusal) {
    if (refusal != nullptr) return opened(nullptr, refusal);
    BlockPtr block;
    const Status status = thread.core().memory->open_shared(handle, bytes, block);
    if (status == kSuccess) return opened(std::move(block), nullptr);
    opened(nullptr, make_error(status, operation_name(Operation::ipc_open_memory), "bytes=" + std::to_string(bytes),
                               "The handle must be of memory of the same kind of device on this machine, of another "
                               "process that still has it"));
  });
}

void make_event(DeviceThread& thread, Made made) {
  thread.post_to_lane([&thread, made = std::move(made)](const ErrorPtr& refusal) {
    IpcHandle handle{};
    if (refusal != nullptr) return made(nullptr, handle, refusal);
    EventHandle event = nullptr;
    const Status status = thread.core().driver->ipc_event(event, handle);
    if (status == kSuccess) return made(event_of(thread, event), handle, nullptr);
    made(nullptr, handle, make_error(status, operation_name(Operation::ipc_event)));
  });
}

void open_event(DeviceThread& thread, const IpcHandle& handle, Made opened) {
  thread.post_to_lane([&thread, handle, opened = std::move(opened)](const ErrorPtr& refusal) {
    if (refusal != nullptr) return opened(nullptr, handle, refusal);
    EventHandle event = nullptr;
    const Status status = thread.core().driver->ipc_open_event(handle, event);
    if (status == kSuccess) return opened(event_of(thread, event), handle, nullptr);
    opened(nullptr, handle, make_error(status, operation_name(Operation::ipc_open_event)));
  });
}

}  // namespace ipc

Status IpcEventAction::carry_out(Driver& driver, StreamHandle stream) noexcept {
  EventHandle const event = event_.get();
  const Status status =
      kind_ == Kind::record ? driver.event_record(event, stream) : driver.stream_wait_event(stream, event);
  tell(status == kSuccess ? nullptr : make_error(status, operation_name(operation())));
  return status;
}

}  // namespace heddle::cuda
