#include "cuda/ipc.hpp"

#include "cuda/device_thread.hpp"

namespace heddle::cuda {

namespace ipc {

namespace {

EventPtr event_of(DeviceThread& thread, EventHandle handle) {
  const auto drop = [self = thread.shared_from_this(), driver = thread.core().driver](DriverEvent* last) noexcept {
    self->lane().give_back([driver, last] { (void)driver->event_destroy(last); });
  };
  return {handle, drop};
}

}  // namespace

void share_memory(DeviceThread& thread, Span memory, Shared told) {
  thread.lane().ask(
      std::move(told), [&thread, memory = std::move(memory)](const Shared& once, const ErrorPtr& refusal) {
        IpcHandle handle{};
        if (refusal != nullptr) return once(handle, refusal);
        const Status status = thread.core().driver->ipc_memory(memory.address, handle);
        once(handle, status == kSuccess ? nullptr : make_error(status, operation_name(Operation::ipc_memory)));
      });
}

void open_memory(DeviceThread& thread, const IpcHandle& handle, std::size_t bytes, Opened opened) {
  thread.lane().ask(std::move(opened), [&thread, handle, bytes](const Opened& told, const ErrorPtr& refusal) {
    if (refusal != nullptr) return told(nullptr, refusal);
    BlockPtr block;
    const Status status = thread.core().memory->open_shared(handle, bytes, block);
    if (status == kSuccess) return told(std::move(block), nullptr);
    told(nullptr, make_error(status, operation_name(Operation::ipc_open_memory), "bytes=" + std::to_string(bytes),
                             "The handle must be of memory of the same kind of device on this machine, of another "
                             "process that still has it"));
  });
}

void make_event(DeviceThread& thread, Made made) {
  thread.lane().ask(std::move(made), [&thread](const Made& told, const ErrorPtr& refusal) {
    IpcHandle handle{};
    if (refusal != nullptr) return told(nullptr, handle, refusal);
    EventHandle event = nullptr;
    const Status status = thread.core().driver->ipc_event(event, handle);
    if (status == kSuccess) return told(event_of(thread, event), handle, nullptr);
    told(nullptr, handle, make_error(status, operation_name(Operation::ipc_event)));
  });
}

void open_event(DeviceThread& thread, const IpcHandle& handle, Made opened) {
  thread.lane().ask(std::move(opened), [&thread, handle](const Made& told, const ErrorPtr& refusal) {
    if (refusal != nullptr) return told(nullptr, handle, refusal);
    EventHandle event = nullptr;
    const Status status = thread.core().driver->ipc_open_event(handle, event);
    if (status == kSuccess) return told(event_of(thread, event), handle, nullptr);
    told(nullptr, handle, make_error(status, operation_name(Operation::ipc_open_event)));
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
