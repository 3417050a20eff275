#include <cstddef>

#include "binding/arguments.hpp"
#include "binding/backing_store.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "cuda/bridge/device_port.hpp"

namespace heddle::binding {

namespace {

// allocate(id, device, bytes, shareable)
Napi::Value allocate(const Napi::CallbackInfo& call) {
  devices_in_order(call).alloc(
      integer(call, 0), integer(call, 1),
      {.space = cuda::Space::device, .bytes = count(call, 2), .shareable = boolean(call, 3), .pool = nullptr});
  return call.Env().Undefined();
}

// allocatePinned(id, device, bytes, writeCombined)
Napi::Value allocate_pinned(const Napi::CallbackInfo& call) {
  devices_in_order(call).alloc(
      integer(call, 0), integer(call, 1),
      {.space = cuda::Space::pinned, .bytes = count(call, 2), .write_combined = boolean(call, 3), .pool = nullptr});
  return call.Env().Undefined();
}

// allocateFrom(id, pool, bytes)
Napi::Value allocate_from(const Napi::CallbackInfo& call) {
  devices_in_order(call).alloc_from(integer(call, 0), integer(call, 1), count(call, 2));
  return call.Env().Undefined();
}

// registerMemory(id, device, buffer, byteOffset, bytes): false when the buffer is detached
Napi::Value register_memory(const Napi::CallbackInfo& call) {
  BackingStore store = backing_store_of(call[2]);
  if (store.hold == nullptr) return Napi::Boolean::New(call.Env(), false);
  devices_in_order(call).register_host(integer(call, 0), integer(call, 1),
                           {std::move(store.hold), store.address + count(call, 3), count(call, 4)});
  return Napi::Boolean::New(call.Env(), true);
}

// memoryInfo(id, device)
Napi::Value memory_info(const Napi::CallbackInfo& call) {
  devices_in_order(call).memory_info(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// trimDevice(id, device, keep)
Napi::Value trim_device(const Napi::CallbackInfo& call) {
  devices_in_order(call).trim_device(integer(call, 0), integer(call, 1), count(call, 2));
  return call.Env().Undefined();
}

// makePool(id, device, limit, releaseThreshold)
Napi::Value make_pool(const Napi::CallbackInfo& call) {
  devices_in_order(call).make_pool(integer(call, 0), integer(call, 1),
                       {.limit = count(call, 2), .release_threshold = count(call, 3)});
  return call.Env().Undefined();
}

// trimPool(id, pool, keep)
Napi::Value trim_pool(const Napi::CallbackInfo& call) {
  devices_in_order(call).trim(integer(call, 0), integer(call, 1), count(call, 2));
  return call.Env().Undefined();
}

// poolInfo(id, pool)
Napi::Value pool_info(const Napi::CallbackInfo& call) {
  devices_in_order(call).pool_info(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// dropPool(pool)
Napi::Value drop_pool(const Napi::CallbackInfo& call) {
  devices_in_order(call).drop_pool(integer(call, 0));
  return call.Env().Undefined();
}

}  // namespace

void add_device_memory_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("allocate", Napi::Function::New<allocate>(env, "allocate"));
  exports.Set("allocatePinned", Napi::Function::New<allocate_pinned>(env, "allocatePinned"));
  exports.Set("allocateFrom", Napi::Function::New<allocate_from>(env, "allocateFrom"));
  exports.Set("registerMemory", Napi::Function::New<register_memory>(env, "registerMemory"));
  exports.Set("memoryInfo", Napi::Function::New<memory_info>(env, "memoryInfo"));
  exports.Set("trimDevice", Napi::Function::New<trim_device>(env, "trimDevice"));
  exports.Set("makePool", Napi::Function::New<make_pool>(env, "makePool"));
  exports.Set("trimPool", Napi::Function::New<trim_pool>(env, "trimPool"));
  exports.Set("poolInfo", Napi::Function::New<pool_info>(env, "poolInfo"));
  exports.Set("dropPool", Napi::Function::New<drop_pool>(env, "dropPool"));
}

}  // namespace heddle::binding
