#pragma once

#include <cstdint>

#include "native/bridge/operation.hpp"
#include "native/io/request.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::bridge {

class Endpoints;

// A connect that JavaScript waits for. It replies with the number of the new Socket.
class ConnectOperation final : public PendingOperation, private io::Request {
 public:
  // Takes over the descriptor.
  ConnectOperation(Endpoints& endpoints, std::int32_t id, int descriptor, const io::SocketAddress& to);

  void cancel() noexcept override;

 private:
  static void on_connected(io::Request& request) noexcept;

  Endpoints& endpoints_;
  io::SocketAddress to_;
};

}  // namespace heddle::bridge
