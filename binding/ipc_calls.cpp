#include <algorithm>
#include <cstring>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"

namespace heddle::binding {

namespace {

cuda::IpcHandle handle_of(const Napi::Value& value) {
  cuda::IpcHandle handle{};
  const auto bytes = value.As<Napi::Uint8Array>();
  std::memcpy(handle.data(), bytes.Data(), std::min(handle.size(), bytes.ByteLength()));
  return handle;
}

// shareMemory(id, device, memory)
Napi::Value share_memory(const Napi::CallbackInfo& call) {
  devices_in_order(call).share_memory(integer(call, 0), integer(call, 1), integer(call, 2));
  return call.Env().Undefined();
}

// openMemory(id, device, handle, bytes)
Napi::Value open_memory(const Napi::CallbackInfo& call) {
  devices_in_order(call).open_memory(integer(call, 0), integer(call, 1), handle_of(call[2]), count(call, 3));
  return call.Env().Undefined();
}

// ipcEvent(id, device, handle?)
Napi::Value ipc_event(const Napi::CallbackInfo& call) {
  std::optional<cuda::IpcHandle> handle;
  if (!call[2].IsUndefined()) handle = handle_of(call[2]);
  devices_in_order(call).ipc_event(integer(call, 0), integer(call, 1), handle);
  return call.Env().Undefined();
}

// recordIpc(id, stream, event)
Napi::Value record_ipc(const Napi::CallbackInfo& call) {
  devices_in_order(call).record_ipc(integer(call, 0), integer(call, 1), integer(call, 2));
  return call.Env().Undefined();
}

// waitIpc(stream, event)
Napi::Value wait_ipc(const Napi::CallbackInfo& call) {
  devices_in_order(call).wait_ipc(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// dropIpcEvent(event)
Napi::Value drop_ipc_event(const Napi::CallbackInfo& call) {
  devices_in_order(call).drop_ipc_event(integer(call, 0));
  return call.Env().Undefined();
}

}  // namespace

void add_ipc_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("shareMemory", Napi::Function::New<share_memory>(env, "shareMemory"));
  exports.Set("openMemory", Napi::Function::New<open_memory>(env, "openMemory"));
  exports.Set("ipcEvent", Napi::Function::New<ipc_event>(env, "ipcEvent"));
  exports.Set("recordIpc", Napi::Function::New<record_ipc>(env, "recordIpc"));
  exports.Set("waitIpc", Napi::Function::New<wait_ipc>(env, "waitIpc"));
  exports.Set("dropIpcEvent", Napi::Function::New<drop_ipc_event>(env, "dropIpcEvent"));
}

}  // namespace heddle::binding
