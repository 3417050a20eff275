#include <array>
#include <string>
#include <variant>

#include "binding/arguments.hpp"
#include "binding/bytes_value.hpp"
#include "binding/calls.hpp"
#include "binding/device_options.hpp"
#include "binding/environment.hpp"
#include "binding/kernel_detail.hpp"
#include "cuda/availability.hpp"
#include "cuda/bridge/device_port.hpp"

namespace heddle::binding {

namespace {

cuda::DevicePort& port(const Napi::CallbackInfo& call) { return Environment::of(call.Env()).devices(); }

Napi::Value number_value(Napi::Env env, std::size_t number) {
  return Napi::Number::New(env, static_cast<double>(number));
}

Napi::Array to_array(Napi::Env env, const std::array<int, 3>& numbers) {
  Napi::Array result = Napi::Array::New(env, numbers.size());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) result.Set(i, Napi::Number::New(env, numbers[i]));
  return result;
}

Napi::Object to_object(Napi::Env env, const cuda::LaunchLimits& limits) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("threadsPerBlock", Napi::Number::New(env, limits.threads_per_block));
  result.Set("threadsPerMultiprocessor", Napi::Number::New(env, limits.threads_per_multiprocessor));
  result.Set("registersPerBlock", Napi::Number::New(env, limits.registers_per_block));
  result.Set("sharedMemoryPerBlock", number_value(env, limits.shared_memory_per_block));
  result.Set("sharedMemoryPerBlockOptIn", number_value(env, limits.shared_memory_per_block_opt_in));
  result.Set("sharedMemoryPerMultiprocessor", number_value(env, limits.shared_memory_per_multiprocessor));
  result.Set("block", to_array(env, limits.block));
  result.Set("grid", to_array(env, limits.grid));
  return result;
}

Napi::Object to_object(Napi::Env env, const cuda::DeviceInfo& info) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("ordinal", Napi::Number::New(env, info.ordinal));
  result.Set("host", Napi::Boolean::New(env, info.host));
  result.Set("name", info.name);
  result.Set("computeMajor", Napi::Number::New(env, info.compute_major));
  result.Set("computeMinor", Napi::Number::New(env, info.compute_minor));
  result.Set("multiprocessors", Napi::Number::New(env, info.multiprocessors));
  result.Set("memory", Napi::Number::New(env, static_cast<double>(info.memory_bytes)));
  result.Set("pciBusId", info.pci_bus_id);
  result.Set("pciGigatransfers", Napi::Number::New(env, info.pci_link.gigatransfers));
  result.Set("pciLanes", Napi::Number::New(env, info.pci_link.lanes));
  result.Set("uuid", info.uuid);
  result.Set("clockMegahertz", Napi::Number::New(env, info.clock_megahertz));
  result.Set("warpSize", Napi::Number::New(env, info.warp_size));
  result.Set("copyEngines", Napi::Number::New(env, info.copy_engines));
  result.Set("l2Bytes", number_value(env, info.l2_bytes));
  result.Set("limits", to_object(env, info.limits));
  return result;
}

Napi::Object to_object(Napi::Env env, const cuda::Error& error) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("number", Napi::Number::New(env, error.number));
  result.Set("name", error.name);
  result.Set("operation", error.operation);
  result.Set("arguments", error.arguments);
  result.Set("message", error.message);
  return result;
}

Napi::Object to_object(Napi::Env env, const cuda::MemoryUse& use) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("free", number_value(env, use.free));
  result.Set("total", number_value(env, use.total));
  result.Set("used", number_value(env, use.used));
  result.Set("highWater", number_value(env, use.high_water));
  result.Set("reserved", number_value(env, use.reserved));
  result.Set("pinned", number_value(env, use.pinned));
  return result;
}

Napi::Object to_object(Napi::Env env, const cuda::PoolUse& use) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("used", number_value(env, use.used));
  result.Set("highWater", number_value(env, use.used_high_water));
  result.Set("reserved", number_value(env, use.reserved));
  result.Set("reservedHighWater", number_value(env, use.reserved_high_water));
  return result;
}

Napi::Value availability(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const cuda::Availability found = cuda::availability();
  Napi::Object result = Napi::Object::New(env);
  result.Set("ok", Napi::Boolean::New(env, found.ok));
  if (!found.ok) {
    result.Set("reason", cuda::reason_name(found.reason));
    result.Set("remedy", found.remedy);
  }
  result.Set("driver", Napi::Number::New(env, found.driver));
  result.Set("runtime", Napi::Number::New(env, found.runtime));
  return result;
}

Napi::Value devices(const Napi::CallbackInfo& call) {
  const std::vector<cuda::DeviceInfo> found = cuda::devices();
  Napi::Array result = Napi::Array::New(call.Env(), found.size());
  for (std::uint32_t i = 0; i < found.size(); ++i) result.Set(i, to_object(call.Env(), found[i]));
  return result;
}

// discover(id)
Napi::Value discover(const Napi::CallbackInfo& call) {
  devices_in_order(call).discover(integer(call, 0));
  return call.Env().Undefined();
}

// openDevice(id, lostId, options)
Napi::Value open_device(const Napi::CallbackInfo& call) {
  devices_in_order(call).open(integer(call, 0), integer(call, 1), device_options(call[2].As<Napi::Object>()));
  return call.Env().Undefined();
}

// closeDevice(id, device)
Napi::Value close_device(const Napi::CallbackInfo& call) {
  devices_in_order(call).close_device(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// deviceInfo(device)
Napi::Value device_info(const Napi::CallbackInfo& call) {
  const cuda::Device* device = port(call).device(integer(call, 0));
  return device == nullptr ? call.Env().Undefined() : Napi::Value(to_object(call.Env(), device->info()));
}

// driverCalls(): where a fault can be injected
Napi::Value driver_calls(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  Napi::Array names = Napi::Array::New(env);
  for (std::size_t i = 0; i < cuda::kOperations; ++i) {
    const auto operation = static_cast<cuda::Operation>(i);
    if (cuda::is_driver_call(operation)) names.Set(names.Length(), cuda::operation_name(operation));
  }
  return names;
}

// stream(device, priority, label): its number, or -1
Napi::Value stream(const Napi::CallbackInfo& call) {
  if (port(call).device(integer(call, 0)) == nullptr) return Napi::Number::New(call.Env(), -1);
  cuda::StreamOptions options{.priority = static_cast<cuda::Priority>(integer(call, 1)), .label = text(call, 2)};
  return Napi::Number::New(call.Env(), port(call).stream(integer(call, 0), std::move(options)));
}

// event(device, timing): its number, or -1
Napi::Value event(const Napi::CallbackInfo& call) {
  if (port(call).device(integer(call, 0)) == nullptr) return Napi::Number::New(call.Env(), -1);
  return Napi::Number::New(call.Env(), port(call).event(integer(call, 0), boolean(call, 1)));
}

// eventDone(event)
Napi::Value event_done(const Napi::CallbackInfo& call) {
  return Napi::Boolean::New(call.Env(), devices_in_order(call).event_done(integer(call, 0)));
}

// load(id, device, path, chunkBytes, depth, progress)
Napi::Value load(const Napi::CallbackInfo& call) {
  cuda::LoadOptions options;
  options.chunk_bytes = static_cast<std::size_t>(number(call, 3));
  options.depth = static_cast<std::size_t>(number(call, 4));
  devices_in_order(call).load(integer(call, 0), integer(call, 1), path(call, 2), std::move(options), boolean(call, 5));
  return call.Env().Undefined();
}

// takeDetail(id): what belongs to the reply that is being handled
Napi::Value take_detail(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const std::optional<cuda::ReplyDetail> detail = port(call).take_detail(integer(call, 0));
  if (!detail) return env.Undefined();
  if (const auto* error = std::get_if<cuda::ErrorPtr>(&*detail)) return to_object(env, **error);
  if (const auto* id = std::get_if<cuda::CommId>(&*detail)) return {env, copied_bytes_value(env, *id)};
  if (const auto* handle = std::get_if<cuda::IpcHandle>(&*detail)) return {env, copied_bytes_value(env, *handle)};
  if (const auto* failure = std::get_if<cuda::FileFailure>(&*detail)) return Napi::String::New(env, failure->syscall);
  if (const auto* total = std::get_if<cuda::TotalBytes>(&*detail)) {
    return Napi::Number::New(env, static_cast<double>(total->bytes));
  }
  if (const auto* use = std::get_if<cuda::MemoryUse>(&*detail)) return to_object(env, *use);
  if (const auto* use = std::get_if<cuda::PoolUse>(&*detail)) return to_object(env, *use);
  const auto* loaded = std::get_if<cuda::LoadStats>(&*detail);
  if (loaded == nullptr) return kernel_detail(env, *detail);
  const cuda::LoadStats& stats = *loaded;
  Napi::Object result = Napi::Object::New(env);
  result.Set("bytes", Napi::Number::New(env, static_cast<double>(stats.bytes)));
  result.Set("milliseconds", Napi::Number::New(env, static_cast<double>(stats.time) / 1e6));
  result.Set("reads", Napi::Number::New(env, static_cast<double>(stats.reads)));
  result.Set("copies", Napi::Number::New(env, static_cast<double>(stats.copies)));
  result.Set("stagingBytes", Napi::Number::New(env, static_cast<double>(stats.ring_bytes)));
  return result;
}

}  // namespace

void add_device_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("discover", Napi::Function::New<discover>(env, "discover"));
  exports.Set("availability", Napi::Function::New<availability>(env, "availability"));
  exports.Set("devices", Napi::Function::New<devices>(env, "devices"));
  exports.Set("openDevice", Napi::Function::New<open_device>(env, "openDevice"));
  exports.Set("closeDevice", Napi::Function::New<close_device>(env, "closeDevice"));
  exports.Set("deviceInfo", Napi::Function::New<device_info>(env, "deviceInfo"));
  exports.Set("driverCalls", Napi::Function::New<driver_calls>(env, "driverCalls"));
  exports.Set("stream", Napi::Function::New<stream>(env, "stream"));
  exports.Set("event", Napi::Function::New<event>(env, "event"));
  exports.Set("eventDone", Napi::Function::New<event_done>(env, "eventDone"));
  exports.Set("load", Napi::Function::New<load>(env, "load"));
  exports.Set("takeDetail", Napi::Function::New<take_detail>(env, "takeDetail"));
}

}  // namespace heddle::binding
