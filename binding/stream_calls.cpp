#include <cstddef>
#include <span>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "cuda/bridge/device_port.hpp"

namespace heddle::binding {

namespace {

// streamIdle(stream)
Napi::Value stream_idle(const Napi::CallbackInfo& call) {
  return Napi::Boolean::New(call.Env(), devices_in_order(call).stream_idle(integer(call, 0)));
}

// elapsed(id, from, to)
Napi::Value elapsed(const Napi::CallbackInfo& call) {
  devices_in_order(call).elapsed(integer(call, 0), integer(call, 1), integer(call, 2));
  return call.Env().Undefined();
}

// enablePeer(id, device, peer)
Napi::Value enable_peer(const Napi::CallbackInfo& call) {
  devices_in_order(call).enable_peer(integer(call, 0), integer(call, 1), integer(call, 2));
  return call.Env().Undefined();
}

// waitForPeer(stream, event)
Napi::Value wait_for_peer(const Napi::CallbackInfo& call) {
  devices_in_order(call).wait_for_peer(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// copyPeer(stream, destination, offset, source, offset, bytes, peer, destinationIsPeer): false when some memory is gone
Napi::Value copy_peer(const Napi::CallbackInfo& call) {
  const cuda::CopyPlaces places{.destination = integer(call, 1),
                                .destination_offset = number(call, 2),
                                .source = integer(call, 3),
                                .source_offset = number(call, 4),
                                .destination_bytes = number(call, 5),
                                .source_bytes = number(call, 5),
                                .destination_is_peer = boolean(call, 7)};
  return Napi::Boolean::New(call.Env(), devices_in_order(call).copy_peer(integer(call, 0), places, integer(call, 6)));
}

// copyBatch(stream, numbers): false when some memory is gone; see DevicePort::copy_batch
Napi::Value copy_batch(const Napi::CallbackInfo& call) {
  const auto numbers = call[1].As<Napi::Float64Array>();
  const std::span<const double> copies(numbers.Data(), numbers.ElementLength());
  return Napi::Boolean::New(call.Env(), devices_in_order(call).copy_batch(integer(call, 0), copies));
}

// copyRows(stream, destination, offset, bytes, pitch, source, offset, bytes, pitch, width, rows): false when some
// memory is gone
Napi::Value copy_rows(const Napi::CallbackInfo& call) {
  const cuda::CopyPlaces places{.destination = integer(call, 1),
                                .destination_offset = number(call, 2),
                                .source = integer(call, 5),
                                .source_offset = number(call, 6),
                                .destination_bytes = number(call, 3),
                                .source_bytes = number(call, 7)};
  const cuda::RowShape shape{.destination_pitch = count(call, 4),
                             .source_pitch = count(call, 8),
                             .width = count(call, 9),
                             .rows = count(call, 10)};
  return Napi::Boolean::New(call.Env(), devices_in_order(call).copy_rows(integer(call, 0), places, shape));
}

// hostCall(id, stream, call)
Napi::Value host_call(const Napi::CallbackInfo& call) {
  devices_in_order(call).host_call(integer(call, 0), integer(call, 1), integer(call, 2));
  return call.Env().Undefined();
}

// hostReturned(call, threw)
Napi::Value host_returned(const Napi::CallbackInfo& call) {
  Environment::of(call.Env()).devices().host_returned(integer(call, 0), boolean(call, 1));
  return call.Env().Undefined();
}

}  // namespace

void add_stream_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("streamIdle", Napi::Function::New<stream_idle>(env, "streamIdle"));
  exports.Set("elapsed", Napi::Function::New<elapsed>(env, "elapsed"));
  exports.Set("enablePeer", Napi::Function::New<enable_peer>(env, "enablePeer"));
  exports.Set("waitForPeer", Napi::Function::New<wait_for_peer>(env, "waitForPeer"));
  exports.Set("copyPeer", Napi::Function::New<copy_peer>(env, "copyPeer"));
  exports.Set("copyBatch", Napi::Function::New<copy_batch>(env, "copyBatch"));
  exports.Set("copyRows", Napi::Function::New<copy_rows>(env, "copyRows"));
  exports.Set("hostCall", Napi::Function::New<host_call>(env, "hostCall"));
  exports.Set("hostReturned", Napi::Function::New<host_returned>(env, "hostReturned"));
}

}  // namespace heddle::binding
