#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "binding/arguments.hpp"
#include "binding/backing_store.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/socket.hpp"
#include "native/bridge/socket_calls.hpp"

namespace heddle::binding {

namespace {

using bridge::Endpoints;

Endpoints& endpoints_of(napi_env env) { return Environment::of(env).bridge().endpoints(); }

// A numeric host with a port, or a path when the port is negative.
std::optional<io::SocketAddress> address(const Napi::CallbackInfo& call, std::size_t index) {
  const std::int32_t port = integer(call, index + 1);
  if (port < 0) return io::SocketAddress::unix_path(path(call, index));
  return io::SocketAddress::ip(text(call, index), static_cast<std::uint16_t>(port));
}

// What no address can be made of: a path that is too long. libuv says so too.
constexpr std::int32_t kNoAddress = -EINVAL;

// receiveBuffers(): the memory of all of them, which outlives all JavaScript of the environment
Napi::Value receive_buffers(const Napi::CallbackInfo& call) {
  const auto memory = Environment::of(call.Env()).bridge().executor().io().receive_buffers().memory();
  return Napi::ArrayBuffer::New(call.Env(), memory.data(), memory.size(), [](Napi::Env, void*) {});
}

// renewArrivalPage(arrayBuffer)
Napi::Value renew_arrival_page(const Napi::CallbackInfo& call) {
  BackingStore page = backing_store_of(call[0]);
  endpoints_of(call.Env()).arrival_page().renew(std::move(page.hold), {page.address, page.bytes});
  return call.Env().Undefined();
}

// recoverArrival(start, bytes): a copy of what lies there
Napi::Value recover_arrival(const Napi::CallbackInfo& call) {
  const auto bytes = endpoints_of(call.Env()).arrival_page().recover(count(call, 0), count(call, 1));
  return Napi::Buffer<std::byte>::Copy(call.Env(), bytes.data(), bytes.size());
}

// listen(host | path, port, backlog, reusePort, ipv6Only): number of the listener, or -errno
Napi::Value listen(const Napi::CallbackInfo& call) {
  const auto at = address(call, 0);
  const io::ListenOptions options{
      .backlog = integer(call, 2), .reuse_port = boolean(call, 3), .ipv6_only = boolean(call, 4)};
  const std::int32_t result = at ? bridge::listen(endpoints_of(call.Env()), *at, options) : kNoAddress;
  return Napi::Number::New(call.Env(), result);
}

// connect(id, host | path, port, localHost | undefined, localPort)
Napi::Value connect(const Napi::CallbackInfo& call) {
  const auto to = address(call, 1);
  const auto from = call[3].IsUndefined() ? std::nullopt : address(call, 3);
  Endpoints& endpoints = endpoints_of(call.Env());
  if (!from && !call[3].IsUndefined()) {
    endpoints.bridge().reply(integer(call, 0), kNoAddress, bridge::kLocal);
  } else if (to) {
    bridge::connect(endpoints, integer(call, 0), *to, from);
  } else {
    endpoints.bridge().reply(integer(call, 0), kNoAddress, 0);
  }
  return call.Env().Undefined();
}

// send(socket, bytes): how many were sent at once, or -errno. Not through node-addon-api, whose wrappers cost as much as
// the rest of the call.
napi_value send(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  std::int32_t number = -1;
  napi_get_value_int32(env, arguments[0], &number);
  void* bytes = nullptr;
  std::size_t length = 0;
  napi_get_typedarray_info(env, arguments[1], nullptr, &length, &bytes, nullptr, nullptr);
  bridge::Socket* socket = endpoints_of(env).find_socket(number);
  const std::int64_t sent =
      socket == nullptr ? -EBADF : socket->send_now(std::span(static_cast<const std::byte*>(bytes), length));
  napi_value result = nullptr;
  napi_create_int64(env, sent, &result);
  return result;
}

// setNoDelay(socket, on), setKeepAlive(socket, on, seconds): 0, or -errno
Napi::Value set_no_delay(const Napi::CallbackInfo& call) {
  return Napi::Number::New(call.Env(),
                           bridge::set_no_delay(endpoints_of(call.Env()), integer(call, 0), boolean(call, 1)));
}

Napi::Value set_keep_alive(const Napi::CallbackInfo& call) {
  return Napi::Number::New(call.Env(), bridge::set_keep_alive(endpoints_of(call.Env()), integer(call, 0),
                                                              boolean(call, 1), integer(call, 2)));
}

// socketAddress(endpoint, peer): [family, host, port], family 4, 6, or 0 for a path; undefined when there is none
Napi::Value socket_address(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const auto found = bridge::address_of(endpoints_of(env), integer(call, 0), boolean(call, 1));
  if (!found) return env.Undefined();
  Napi::Array result = Napi::Array::New(env, 3);
  const int family = found->family() == AF_INET ? 4 : found->family() == AF_INET6 ? 6 : 0;
  result.Set(0U, Napi::Number::New(env, family));
  result.Set(1U, Napi::String::New(env, found->host()));
  result.Set(2U, Napi::Number::New(env, found->port()));
  return result;
}

}  // namespace

void add_socket_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("receiveBuffers", Napi::Function::New<receive_buffers>(env, "receiveBuffers"));
  exports.Set("renewArrivalPage", Napi::Function::New<renew_arrival_page>(env, "renewArrivalPage"));
  exports.Set("recoverArrival", Napi::Function::New<recover_arrival>(env, "recoverArrival"));
  exports.Set("listen", Napi::Function::New<listen>(env, "listen"));
  exports.Set("connect", Napi::Function::New<connect>(env, "connect"));
  exports.Set("setNoDelay", Napi::Function::New<set_no_delay>(env, "setNoDelay"));
  exports.Set("setKeepAlive", Napi::Function::New<set_keep_alive>(env, "setKeepAlive"));
  exports.Set("socketAddress", Napi::Function::New<socket_address>(env, "socketAddress"));
  napi_value function = nullptr;
  napi_create_function(env, "send", NAPI_AUTO_LENGTH, send, nullptr, &function);
  exports.Set("send", Napi::Value(env, function));
}

}  // namespace heddle::binding
