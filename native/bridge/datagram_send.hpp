#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <optional>

#include "native/bridge/memory_table.hpp"
#include "native/bridge/operation.hpp"
#include "native/io/request.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::bridge {

class DatagramSocket;

// A datagram that waits until the system has room for it. It holds the memory until then, and owns itself.
class DatagramSend final : public PendingOperation, private io::Request {
 public:
  // Without `to` it goes to the peer that the socket is connected to.
  DatagramSend(DatagramSocket& socket, std::int32_t id, HeldMemory memory,
               const std::optional<io::SocketAddress>& to) noexcept;

  void start();
  void cancel() noexcept override;

 private:
  static void on_sent(io::Request& request) noexcept;

  DatagramSocket& socket_;
  const HeldMemory memory_;
  const io::SocketAddress to_;
  iovec part_{};
  msghdr message_{};
};

}  // namespace heddle::bridge
