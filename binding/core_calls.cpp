#include "binding/calls.hpp"

#include <sys/utsname.h>

#include "binding/arguments.hpp"
#include "binding/environment.hpp"
#include "native/bridge/http_port.hpp"

namespace heddle::binding {

namespace {

using bridge::Bridge;

// The shared memory belongs to the bridge, which outlives all JavaScript of its environment.
Napi::ArrayBuffer share(Napi::Env env, void* memory, std::size_t bytes) {
  return Napi::ArrayBuffer::New(env, memory, bytes, [](Napi::Env, void*) {});
}

// start(settle): the shared arrays and their layout.
Napi::Value start(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  Environment& environment = Environment::of(env);
  environment.set_settle(call[0].As<Napi::Function>());
  Bridge& bridge = environment.bridge();
  Napi::Object shared = Napi::Object::New(env);
  shared.Set("control", share(env, &bridge.control(), sizeof(bridge::Control)));
  shared.Set("submissions", share(env, bridge.submissions(), sizeof(bridge::Submission) * bridge::kSubmissions));
  shared.Set("replies", share(env, bridge.replies(), sizeof(bridge::Reply) * bridge::kReplies));
  shared.Set("arguments", share(env, bridge.arguments(), bridge::kArgumentBytes));
  shared.Set("submissionBytes", Napi::Number::New(env, sizeof(bridge::Submission)));
  shared.Set("replyBytes", Napi::Number::New(env, sizeof(bridge::Reply)));
  return shared;
}

Napi::Value drain(const Napi::CallbackInfo& call) {
  Environment::of(call.Env()).bridge().drain();
  return call.Env().Undefined();
}

// readNow(): whether the last submission is done. Not through node-addon-api, whose wrappers cost a tenth of the read.
napi_value read_now(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_get_boolean(env, Environment::of(env).bridge().read_now(), &result);
  return result;
}

Napi::Value leave(const Napi::CallbackInfo& call) {
  Environment::of(call.Env()).bridge().leave();
  return call.Env().Undefined();
}

Napi::Value keep_alive(const Napi::CallbackInfo& call) {
  Environment::of(call.Env()).keep_alive();
  return call.Env().Undefined();
}

Napi::Value deliveries(const Napi::CallbackInfo& call) {
  return Napi::Number::New(call.Env(), static_cast<double>(Environment::of(call.Env()).bridge().deliveries()));
}

// What is alive on this environment, for leak tests.
Napi::Value usage(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  Bridge& bridge = Environment::of(env).bridge();
  Napi::Object result = Napi::Object::New(env);
  result.Set("requests", Napi::Number::New(env, static_cast<double>(bridge.executor().io().in_flight())));
  result.Set("timers", Napi::Number::New(env, static_cast<double>(bridge.executor().timers().size())));
  result.Set("memory", Napi::Number::New(env, static_cast<double>(bridge.memory().size())));
  result.Set("descriptors", Napi::Number::New(env, static_cast<double>(bridge.descriptors())));
  const cuda::DevicePort& devices = Environment::of(env).devices();
  result.Set("sockets", Napi::Number::New(env, static_cast<double>(bridge.endpoints().size())));
  result.Set("devices", Napi::Number::New(env, static_cast<double>(devices.devices())));
  result.Set("streams", Napi::Number::New(env, static_cast<double>(devices.streams())));
  result.Set("events", Napi::Number::New(env, static_cast<double>(devices.events())));
  result.Set("comms", Napi::Number::New(env, static_cast<double>(devices.comms())));
  result.Set("graphs", Napi::Number::New(env, static_cast<double>(devices.graphs())));
  result.Set("libraries", Napi::Number::New(env, static_cast<double>(devices.libraries())));
  const bridge::HttpPort* http = bridge.http_if_used();
  result.Set("httpResponses", Napi::Number::New(env, http == nullptr ? 0 : static_cast<double>(http->responses())));
  result.Set("idleConnections",
             Napi::Number::New(env, http == nullptr ? 0 : static_cast<double>(http->idle_connections())));
  return result;
}

Napi::Value capabilities(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const Executor& executor = Environment::of(env).bridge().executor();
  utsname system{};
  uname(&system);
  Napi::Object io = Napi::Object::New(env);
  io.Set("backend", executor.io().kind() == io::BackendKind::uring ? "uring" : "fallback");
  io.Set("reason", executor.io_reason());
  Napi::Object result = Napi::Object::New(env);
  result.Set("kernel", system.release);
  result.Set("io", io);
  return result;
}

// Times in milliseconds.
Napi::Value metrics(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const ExecutorMetrics metrics = Environment::of(env).bridge().executor().metrics();
  const auto count = [env](auto number) { return Napi::Number::New(env, static_cast<double>(number)); };
  const auto time = [env](Nanoseconds number) { return Napi::Number::New(env, static_cast<double>(number) / 1e6); };
  Napi::Object blocking = Napi::Object::New(env);
  blocking.Set("threads", count(metrics.blocking.threads));
  blocking.Set("idle", count(metrics.blocking.idle));
  blocking.Set("queued", count(metrics.blocking.queued));
  blocking.Set("started", count(metrics.blocking.started));
  blocking.Set("totalWait", time(metrics.blocking.total_wait));
  blocking.Set("longestWait", time(metrics.blocking.longest_wait));
  Napi::Object result = Napi::Object::New(env);
  result.Set("tasks", count(metrics.tasks));
  result.Set("ready", count(metrics.ready));
  result.Set("timers", count(metrics.timers));
  result.Set("ioInFlight", count(metrics.io_in_flight));
  result.Set("polls", count(metrics.polls));
  result.Set("turns", count(metrics.turns));
  result.Set("longestTurn", time(metrics.longest_turn));
  result.Set("blocking", blocking);
  return result;
}

}  // namespace

void add_core_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("start", Napi::Function::New<start>(env, "start"));
  exports.Set("drain", Napi::Function::New<drain>(env, "drain"));
  napi_value function = nullptr;
  napi_create_function(env, "readNow", NAPI_AUTO_LENGTH, read_now, nullptr, &function);
  exports.Set("readNow", Napi::Value(env, function));
  exports.Set("leave", Napi::Function::New<leave>(env, "leave"));
  exports.Set("keepAlive", Napi::Function::New<keep_alive>(env, "keepAlive"));
  exports.Set("deliveries", Napi::Function::New<deliveries>(env, "deliveries"));
  exports.Set("usage", Napi::Function::New<usage>(env, "usage"));
  exports.Set("metrics", Napi::Function::New<metrics>(env, "metrics"));
  exports.Set("capabilities", Napi::Function::New<capabilities>(env, "capabilities"));
}

}  // namespace heddle::binding
