#include <memory>
#include <utility>

#include "cuda/bridge/device_port.hpp"
#include "cuda/ipc.hpp"

// What an environment shares with other processes.
namespace heddle::cuda {

void DevicePort::share_memory(std::int32_t id, Number number, Number memory) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "ipcHandle"));
  auto told = [this, id](const IpcHandle& handle, const ErrorPtr& error) {
    post([this, id, handle, error] {
      if (error != nullptr) return fail(id, error);
      add_detail(id, handle);
      bridge_.reply(id, 0, 0);
    });
  };
  ipc::share_memory(open.device->thread(), hold(memory, 0, 0), std::move(told));
}

void DevicePort::open_memory(std::int32_t id, Number number, const IpcHandle& handle, std::size_t bytes) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "openIpc"));
  ipc::open_memory(open.device->thread(), handle, bytes, replying(id));
}

void DevicePort::ipc_event(std::int32_t id, Number number, const std::optional<IpcHandle>& handle) {
  const OpenDevice& open = devices_.at(number);
  if (!open) return fail(id, make_error(kDeviceClosed, "ipcEvent"));
  auto told = [this, id](ipc::EventPtr event, const IpcHandle& named, const ErrorPtr& error) {
    post([this, id, named, error, made = std::move(event)] {
      if (error != nullptr) return fail(id, error);
      add_detail(id, named);
      bridge_.reply(id, 0, ipc_events_.add(made));
    });
  };
  if (handle) return ipc::open_event(open.device->thread(), *handle, std::move(told));
  ipc::make_event(open.device->thread(), std::move(told));
}

void DevicePort::record_ipc(std::int32_t id, Number stream, Number event) {
  if (!streams_.at(stream)) return fail(id, make_error(kDeviceClosed, "ipcEvent.record"));
  auto told = [this, id](const ErrorPtr& error) {
    post([this, id, error] {
      if (error != nullptr) return fail(id, error);
      bridge_.reply(id, 0, 0);
    });
  };
  using Kind = IpcEventAction::Kind;
  submit(stream, std::make_unique<IpcEventAction>(Kind::record, ipc_events_.at(event), std::move(told)));
}

void DevicePort::wait_ipc(Number stream, Number event) {
  submit(stream, std::make_unique<IpcEventAction>(IpcEventAction::Kind::wait, ipc_events_.at(event), nullptr));
}

}  // namespace heddle::cuda
