#include <algorithm>
#include <cstring>
#include <span>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "cuda/comm.hpp"

namespace heddle::binding {

namespace {

// commId(id, device)
Napi::Value comm_id(const Napi::CallbackInfo& call) {
  devices_in_order(call).comm_id(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// openComm(id, device, commId, rank, size, timeout)
Napi::Value open_comm(const Napi::CallbackInfo& call) {
  cuda::CommOptions options;
  const auto name = call[2].As<Napi::Uint8Array>();
  std::memcpy(options.id.data(), name.Data(), std::min(options.id.size(), name.ByteLength()));
  options.rank = integer(call, 3);
  options.size = integer(call, 4);
  options.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(number(call, 5)));
  devices_in_order(call).open_comm(integer(call, 0), integer(call, 1), options);
  return call.Env().Undefined();
}

// collective(stream, comm, Float64Array): false when some of it is not there
Napi::Value collective(const Napi::CallbackInfo& call) {
  const auto written = call[2].As<Napi::Float64Array>();
  const std::span<const double> numbers(written.Data(), written.ElementLength());
  return Napi::Boolean::New(call.Env(),
                            devices_in_order(call).collective(integer(call, 0), integer(call, 1), numbers));
}

// abortComm(comm)
Napi::Value abort_comm(const Napi::CallbackInfo& call) {
  devices_in_order(call).abort_comm(integer(call, 0));
  return call.Env().Undefined();
}

// dropComm(comm)
Napi::Value drop_comm(const Napi::CallbackInfo& call) {
  devices_in_order(call).drop_comm(integer(call, 0));
  return call.Env().Undefined();
}

}  // namespace

void add_comm_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("commId", Napi::Function::New<comm_id>(env, "commId"));
  exports.Set("openComm", Napi::Function::New<open_comm>(env, "openComm"));
  exports.Set("collective", Napi::Function::New<collective>(env, "collective"));
  exports.Set("abortComm", Napi::Function::New<abort_comm>(env, "abortComm"));
  exports.Set("dropComm", Napi::Function::New<drop_comm>(env, "dropComm"));
}

}  // namespace heddle::binding
