#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "binding/arguments.hpp"
#include "binding/bytes_value.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "native/bridge/http_port.hpp"

namespace heddle::binding {

namespace {

bridge::Bridge& bridge_of(const Napi::CallbackInfo& call) { return Environment::of(call.Env()).bridge(); }

// Infinity stands for "no limit".
template <class Integer>
Integer limit(const Napi::CallbackInfo& call, std::size_t index) {
  const double value = number(call, index);
  return value < 0x1p62 ? static_cast<Integer>(value) : std::numeric_limits<Integer>::max();
}

Napi::String latin1_value(Napi::Env env, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_latin1(env, text.data(), text.size(), &value);
  return {env, value};
}

// openHttpClient(connections, idleMilliseconds): its number
Napi::Value open_http_client(const Napi::CallbackInfo& call) {
  http::Pool::Options options;
  options.connections = limit<std::size_t>(call, 0);
  options.idle_time = static_cast<Nanoseconds>(number(call, 1) * 1e6);
  return Napi::Number::New(call.Env(), bridge_of(call).http().open_client(options));
}

// closeHttpClient(client)
Napi::Value close_http_client(const Napi::CallbackInfo& call) {
  bridge_of(call).close_http_client(integer(call, 0));
  return call.Env().Undefined();
}

// httpRequest(id, client, host, port, authority, method, target, fields, headerBytes, bodyBytes, timeout, bodyMemory,
// bodyOffset, bodyLength); bodyLength is -1 where there is no body.
Napi::Value http_request(const Napi::CallbackInfo& call) {
  bridge::Bridge& bridge = bridge_of(call);
  bridge::HttpCall made;
  made.origin = {.host = text(call, 2), .port = static_cast<std::uint16_t>(integer(call, 3))};
  made.request.authority = latin1(call, 4);
  made.request.method = latin1(call, 5);
  made.request.target = latin1(call, 6);
  made.request.fields = latin1(call, 7);
  made.limits.header_bytes = static_cast<std::size_t>(number(call, 8));
  made.limits.body_bytes = limit<std::uint64_t>(call, 9);
  made.timeout = static_cast<Nanoseconds>(number(call, 10) * 1e6);
  made.request.has_body = number(call, 13) >= 0;
  if (number(call, 13) > 0) {
    made.body = bridge.memory().hold(integer(call, 11), number(call, 12), number(call, 13));
    made.request.body = {made.body.address, made.body.bytes};
  }
  bridge.http_request(integer(call, 0), integer(call, 1), std::move(made));
  return call.Env().Undefined();
}

Napi::Object to_object(Napi::Env env, bridge::HttpHead& detail) {
  Napi::Object result = Napi::Object::New(env);
  const http::ResponseHead& head = detail.head;
  result.Set("status", Napi::Number::New(env, head.status));
  result.Set("statusText", latin1_value(env, head.reason));
  result.Set("fields", latin1_value(env, head.fields));
  result.Set("length", Napi::Number::New(env, head.content_length ? static_cast<double>(*head.content_length) : -1));
  if (detail.complete) result.Set("body", Napi::Value(env, copied_bytes_value(env, detail.body)));
  return result;
}

Napi::Object to_object(Napi::Env env, const bridge::HttpFailure& failure) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("code", failure.code);
  result.Set("message", failure.message);
  result.Set("errno", Napi::Number::New(env, failure.errno_number));
  result.Set("syscall", failure.call);
  result.Set("address", failure.address);
  result.Set("port", Napi::Number::New(env, failure.port));
  return result;
}

// takeHttpDetail(id): what belongs to the reply that is being handled
Napi::Value take_http_detail(const Napi::CallbackInfo& call) {
  std::optional<bridge::HttpDetail> detail = bridge_of(call).http().take_detail(integer(call, 0));
  if (!detail) return call.Env().Undefined();
  if (auto* head = std::get_if<bridge::HttpHead>(&*detail)) return to_object(call.Env(), *head);
  return to_object(call.Env(), std::get<bridge::HttpFailure>(*detail));
}

}  // namespace

void add_http_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("openHttpClient", Napi::Function::New<open_http_client>(env, "openHttpClient"));
  exports.Set("closeHttpClient", Napi::Function::New<close_http_client>(env, "closeHttpClient"));
  exports.Set("httpRequest", Napi::Function::New<http_request>(env, "httpRequest"));
  exports.Set("takeHttpDetail", Napi::Function::New<take_http_detail>(env, "takeHttpDetail"));
}

}  // namespace heddle::binding
