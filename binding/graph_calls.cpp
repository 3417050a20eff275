#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"

namespace heddle::binding {

namespace {

// beginCapture(stream)
Napi::Value begin_capture(const Napi::CallbackInfo& call) {
  devices_in_order(call).begin_capture(integer(call, 0));
  return call.Env().Undefined();
}

// joinCapture(stream)
Napi::Value join_capture(const Napi::CallbackInfo& call) {
  devices_in_order(call).join_capture(integer(call, 0));
  return call.Env().Undefined();
}

// cancelCapture()
Napi::Value cancel_capture(const Napi::CallbackInfo& call) {
  devices_in_order(call).cancel_capture();
  return call.Env().Undefined();
}

// endCapture(id, graph or -1)
Napi::Value end_capture(const Napi::CallbackInfo& call) {
  devices_in_order(call).end_capture(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// launchGraph(stream, graph)
Napi::Value launch_graph(const Napi::CallbackInfo& call) {
  devices_in_order(call).launch(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// dropGraph(graph)
Napi::Value drop_graph(const Napi::CallbackInfo& call) {
  devices_in_order(call).drop_graph(integer(call, 0));
  return call.Env().Undefined();
}

}  // namespace

void add_graph_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("beginCapture", Napi::Function::New<begin_capture>(env, "beginCapture"));
  exports.Set("joinCapture", Napi::Function::New<join_capture>(env, "joinCapture"));
  exports.Set("cancelCapture", Napi::Function::New<cancel_capture>(env, "cancelCapture"));
  exports.Set("endCapture", Napi::Function::New<end_capture>(env, "endCapture"));
  exports.Set("launchGraph", Napi::Function::New<launch_graph>(env, "launchGraph"));
  exports.Set("dropGraph", Napi::Function::New<drop_graph>(env, "dropGraph"));
}

}  // namespace heddle::binding
