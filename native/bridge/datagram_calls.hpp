#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "native/bridge/memory_table.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::bridge {

class Endpoints;

// What JavaScript asks of UDP sockets with a call of its own. Results are 0 or more, or -errno.

struct BindOptions {
  bool reuse_address = false;
  bool reuse_port = false;  // other sockets may have the same port, and the system deals datagrams out to all
  bool ipv6_only = false;
  int receive_buffer = 0;  // bytes that may wait in the system; 0: the system's own setting
  int send_buffer = 0;
};

// Numbers cross from JavaScript; lib/bridge/layout.ts has the same.
enum class DatagramOption : std::int32_t {
  broadcast = 1,
  time_to_live,
  multicast_time_to_live,
  multicast_loopback,
};

// The number of a new socket.
[[nodiscard]] std::int32_t bind_datagrams(Endpoints& endpoints, const io::SocketAddress& address,
                                          const BindOptions& options);
// Without an address, the socket has no peer any more.
[[nodiscard]] std::int32_t connect_datagrams(Endpoints& endpoints, std::int32_t number,
                                             const std::optional<io::SocketAddress>& to);
// Sends at once: 0, or -EAGAIN when it would have to wait.
[[nodiscard]] std::int32_t send_datagram(Endpoints& endpoints, std::int32_t number, std::span<const std::byte> bytes,
                                         const std::optional<io::SocketAddress>& to);
// Sends when there is room, and replies to `id`.
void queue_datagram(Endpoints& endpoints, std::int32_t id, std::int32_t number, HeldMemory memory,
                    const std::optional<io::SocketAddress>& to);

[[nodiscard]] std::int32_t set_datagram_option(Endpoints& endpoints, std::int32_t number, DatagramOption option,
                                               int value);
// Joins or leaves a group. `by` says on which interface: for IPv4 by one of its addresses, for IPv6 by the scope of one.
[[nodiscard]] std::int32_t set_membership(Endpoints& endpoints, std::int32_t number, const io::SocketAddress& group,
                                          const std::optional<io::SocketAddress>& by, bool member);
// Datagrams that came when there was no room for them.
[[nodiscard]] std::int64_t dropped_datagrams(Endpoints& endpoints, std::int32_t number);

}  // namespace heddle::bridge
