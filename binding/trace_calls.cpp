#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "native/trace.hpp"

namespace heddle::binding {

namespace {

Napi::Value start_trace(const Napi::CallbackInfo& call) {
  trace::start();
  return call.Env().Undefined();
}

// stopTrace(): {lanes: string[], spans: [lane, name, start ns, end ns, bytes][]}
Napi::Value stop_trace(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const trace::Recording recording = trace::stop();
  Napi::Array lanes = Napi::Array::New(env, recording.lanes.size());
  for (std::uint32_t i = 0; i < recording.lanes.size(); ++i) lanes.Set(i, recording.lanes[i]);
  Napi::Array spans = Napi::Array::New(env, recording.spans.size());
  for (std::uint32_t i = 0; i < recording.spans.size(); ++i) {
    const trace::Span& from = recording.spans[i];
    Napi::Array span = Napi::Array::New(env, 5);
    span.Set(0U, Napi::Number::New(env, from.lane));
    span.Set(1U, Napi::String::New(env, from.name));
    span.Set(2U, Napi::Number::New(env, static_cast<double>(from.start)));
    span.Set(3U, Napi::Number::New(env, static_cast<double>(from.end)));
    span.Set(4U, Napi::Number::New(env, static_cast<double>(from.bytes)));
    spans.Set(i, span);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("lanes", lanes);
  result.Set("spans", spans);
  return result;
}

}  // namespace

void add_trace_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("startTrace", Napi::Function::New<start_trace>(env, "startTrace"));
  exports.Set("stopTrace", Napi::Function::New<stop_trace>(env, "stopTrace"));
}

}  // namespace heddle::binding
