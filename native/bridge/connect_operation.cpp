#include "native/bridge/connect_operation.hpp"

#include <unistd.h>

#include <memory>

#include "native/bridge/bridge.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/socket.hpp"

namespace heddle::bridge {

ConnectOperation::ConnectOperation(Endpoints& endpoints, std::int32_t id, int descriptor, const io::SocketAddress& to)
    : PendingOperation(id), Request(&ConnectOperation::on_connected), endpoints_(endpoints), to_(to) {
  opcode = io::Opcode::connect;
  fd = descriptor;
  address = const_cast<sockaddr*>(to_.data());
  length = to_.size();
  Bridge& bridge = endpoints_.bridge();
  bridge.begin(*this);
  bridge.executor().io().submit(*this);
  bridge.flush_soon();
}

void ConnectOperation::cancel() noexcept { endpoints_.bridge().executor().io().cancel(*this); }

void ConnectOperation::on_connected(io::Request& request) noexcept {
  const std::unique_ptr<ConnectOperation> operation(&static_cast<ConnectOperation&>(request));
  Endpoints& endpoints = operation->endpoints_;
  if (request.result < 0) {
    ::close(request.fd);
    endpoints.bridge().reply(operation->id, static_cast<std::int32_t>(request.result), 0);
    return;
  }
  const std::int32_t number = endpoints.add(std::make_unique<Socket>(endpoints, request.fd));
  endpoints.bridge().reply(operation->id, 0, number);
}

}  // namespace heddle::bridge
