#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "native/bridge/datagram_buffers.hpp"
#include "native/bridge/datagram_calls.hpp"
#include "native/bridge/endpoints.hpp"

namespace heddle::binding {

namespace {

using bridge::Endpoints;

Endpoints& endpoints_of(const Napi::CallbackInfo& call) { return Environment::of(call.Env()).bridge().endpoints(); }

// A numeric host and a port; undefined is none. What is no address is none either: lib/ has looked names up.
std::optional<io::SocketAddress> address(const Napi::CallbackInfo& call, std::size_t index) {
  if (call[index].IsUndefined()) return std::nullopt;
  return io::SocketAddress::ip(text(call, index), static_cast<std::uint16_t>(integer(call, index + 1)));
}

bool is_no_address(const Napi::CallbackInfo& call, std::size_t index, const std::optional<io::SocketAddress>& found) {
  return !found && !call[index].IsUndefined();
}

Napi::Value result(const Napi::CallbackInfo& call, double value) { return Napi::Number::New(call.Env(), value); }

// datagramBuffers(): the memory of all of them, which outlives all JavaScript of the environment
Napi::Value datagram_buffers(const Napi::CallbackInfo& call) {
  const auto memory = endpoints_of(call).datagram_buffers().memory();
  return Napi::ArrayBuffer::New(call.Env(), memory.data(), memory.size(), [](Napi::Env, void*) {});
}

// bindDatagrams(host, port, reuseAddress, reusePort, ipv6Only, receiveBuffer, sendBuffer): number of the socket, or -errno
Napi::Value bind_datagrams(const Napi::CallbackInfo& call) {
  const auto at = address(call, 0);
  const bridge::BindOptions options{.reuse_address = boolean(call, 2),
                                    .reuse_port = boolean(call, 3),
                                    .ipv6_only = boolean(call, 4),
                                    .receive_buffer = integer(call, 5),
                                    .send_buffer = integer(call, 6)};
  return result(call, at ? bridge::bind_datagrams(endpoints_of(call), *at, options) : -EINVAL);
}

// connectDatagrams(socket, host | undefined, port): 0, or -errno
Napi::Value connect_datagrams(const Napi::CallbackInfo& call) {
  const auto to = address(call, 1);
  if (is_no_address(call, 1, to)) return result(call, -EINVAL);
  return result(call, bridge::connect_datagrams(endpoints_of(call), integer(call, 0), to));
}

// sendDatagram(socket, bytes, host | undefined, port): 0, or -errno
Napi::Value send_datagram(const Napi::CallbackInfo& call) {
  const auto to = address(call, 2);
  if (is_no_address(call, 2, to)) return result(call, -EINVAL);
  const auto bytes = call[1].As<Napi::Uint8Array>();
  const std::span data(reinterpret_cast<const std::byte*>(bytes.Data()), bytes.ByteLength());
  return result(call, bridge::send_datagram(endpoints_of(call), integer(call, 0), data, to));
}

// queueDatagram(id, socket, memory, offset, bytes, host | undefined, port)
Napi::Value queue_datagram(const Napi::CallbackInfo& call) {
  Endpoints& endpoints = endpoints_of(call);
  bridge::HeldMemory memory = endpoints.bridge().memory().hold(integer(call, 2), number(call, 3), number(call, 4));
  bridge::queue_datagram(endpoints, integer(call, 0), integer(call, 1), std::move(memory), address(call, 5));
  return call.Env().Undefined();
}

// setDatagramOption(socket, option, value): 0, or -errno
Napi::Value set_datagram_option(const Napi::CallbackInfo& call) {
  const auto option = static_cast<bridge::DatagramOption>(integer(call, 1));
  return result(call, bridge::set_datagram_option(endpoints_of(call), integer(call, 0), option, integer(call, 2)));
}

// setMembership(socket, group, interface | undefined, member): 0, or -errno
Napi::Value set_membership(const Napi::CallbackInfo& call) {
  const auto group = io::SocketAddress::ip(text(call, 1), 0);
  const auto by = call[2].IsUndefined() ? std::nullopt : io::SocketAddress::ip(text(call, 2), 0);
  if (!group || is_no_address(call, 2, by)) return result(call, -EINVAL);
  return result(call, bridge::set_membership(endpoints_of(call), integer(call, 0), *group, by, boolean(call, 3)));
}

// droppedDatagrams(socket): how many, or -errno
Napi::Value dropped_datagrams(const Napi::CallbackInfo& call) {
  return result(call, static_cast<double>(bridge::dropped_datagrams(endpoints_of(call), integer(call, 0))));
}

}  // namespace

void add_datagram_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("datagramBuffers", Napi::Function::New<datagram_buffers>(env, "datagramBuffers"));
  exports.Set("bindDatagrams", Napi::Function::New<bind_datagrams>(env, "bindDatagrams"));
  exports.Set("connectDatagrams", Napi::Function::New<connect_datagrams>(env, "connectDatagrams"));
  exports.Set("sendDatagram", Napi::Function::New<send_datagram>(env, "sendDatagram"));
  exports.Set("queueDatagram", Napi::Function::New<queue_datagram>(env, "queueDatagram"));
  exports.Set("setDatagramOption", Napi::Function::New<set_datagram_option>(env, "setDatagramOption"));
  exports.Set("setMembership", Napi::Function::New<set_membership>(env, "setMembership"));
  exports.Set("droppedDatagrams", Napi::Function::New<dropped_datagrams>(env, "droppedDatagrams"));
}

}  // namespace heddle::binding
