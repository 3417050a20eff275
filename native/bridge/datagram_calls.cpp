#include "native/bridge/datagram_calls.hpp"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/datagram_socket.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/io/sockets.hpp"

namespace heddle::bridge {

namespace {

template <class Value>
bool set(int fd, int level, int option, const Value& value) noexcept {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

bool prepare(int fd, const io::SocketAddress& address, const BindOptions& options) noexcept {
  const int only = options.ipv6_only ? 1 : 0;
  return (!options.reuse_address || set(fd, SOL_SOCKET, SO_REUSEADDR, 1)) &&
         (!options.reuse_port || set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
         (options.receive_buffer == 0 || set(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer)) &&
         (options.send_buffer == 0 || set(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer)) &&
         (address.family() != AF_INET6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, only)) &&
         bind(fd, address.data(), address.size()) == 0;
}

// For both kinds of addresses where the socket has both.
std::int32_t set_both(const DatagramSocket& socket, int option4, int option6, int value) noexcept {
  const bool is6 = socket.family() == AF_INET6;
  if (is6 && !set(socket.fd, IPPROTO_IPV6, option6, value)) return -errno;
  return set(socket.fd, IPPROTO_IP, option4, value) || is6 ? 0 : -errno;
}

// With its peer, a socket loses the port that the system had chosen for it, and with that what others know it by.
bool disconnect(int fd) noexcept {
  const auto before = io::SocketAddress::of_socket(fd);
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  if (::connect(fd, &nobody, sizeof nobody) != 0) return false;
  const auto after = io::SocketAddress::of_socket(fd);
  if (!before || !after || after->port() != 0) return true;
  return bind(fd, before->data(), before->size()) == 0;
}

}  // namespace

std::int32_t bind_datagrams(Endpoints& endpoints, const io::SocketAddress& address, const BindOptions& options) {
  const io::Result made = io::make_socket(address.family(), SOCK_DGRAM);
  if (!made.ok()) return -made.error().value();
  const int fd = static_cast<int>(made.value());
  if (!prepare(fd, address, options)) {
    const int error = errno;
    ::close(fd);
    return -error;
  }
  return endpoints.add(std::make_unique<DatagramSocket>(endpoints, fd, address.family()));
}

std::int32_t connect_datagrams(Endpoints& endpoints, std::int32_t number, const std::optional<io::SocketAddress>& to) {
  const DatagramSocket* socket = endpoints.find_datagrams(number);
  if (socket == nullptr) return -EBADF;
  if (!to) return disconnect(socket->fd) ? 0 : -errno;
  const io::SocketAddress peer = socket->reachable(*to);
  return ::connect(socket->fd, peer.data(), peer.size()) == 0 ? 0 : -errno;
}

std::int32_t send_datagram(Endpoints& endpoints, std::int32_t number, std::span<const std::byte> bytes,
                           const std::optional<io::SocketAddress>& to) {
  DatagramSocket* socket = endpoints.find_datagrams(number);
  if (socket == nullptr) return -EBADF;
  if (!to) return socket->send_now(bytes, nullptr);
  const io::SocketAddress peer = socket->reachable(*to);
  return socket->send_now(bytes, &peer);
}

void queue_datagram(Endpoints& endpoints, std::int32_t id, std::int32_t number, HeldMemory memory,
                    const std::optional<io::SocketAddress>& to) {
  endpoints.bridge().drain();
  DatagramSocket* socket = endpoints.find_datagrams(number);
  if (socket == nullptr || !memory || memory.space == Space::device) {
    endpoints.bridge().reply(id, socket == nullptr ? -EBADF : -EFAULT, 0);
  } else if (to) {
    socket->send(id, std::move(memory), socket->reachable(*to));
  } else {
    socket->send(id, std::move(memory), std::nullopt);
  }
}

std::int32_t set_datagram_option(Endpoints& endpoints, std::int32_t number, DatagramOption option, int value) {
  const DatagramSocket* socket = endpoints.find_datagrams(number);
  if (socket == nullptr) return -EBADF;
  switch (option) {
    case DatagramOption::broadcast:
      return set(socket->fd, SOL_SOCKET, SO_BROADCAST, value) ? 0 : -errno;
    case DatagramOption::time_to_live:
      return set_both(*socket, IP_TTL, IPV6_UNICAST_HOPS, value);
    case DatagramOption::multicast_time_to_live:
      return set_both(*socket, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, value);
    case DatagramOption::multicast_loopback:
      return set_both(*socket, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, value);
  }
  return -EINVAL;
}

std::int32_t set_membership(Endpoints& endpoints, std::int32_t number, const io::SocketAddress& group,
                            const std::optional<io::SocketAddress>& by, bool member) {
  const DatagramSocket* socket = endpoints.find_datagrams(number);
  if (socket == nullptr) return -EBADF;
  if (by && by->family() != group.family()) return -EINVAL;
  bool done = false;
  if (group.family() == AF_INET6) {
    ipv6_mreq request{};
    request.ipv6mr_multiaddr = reinterpret_cast<const sockaddr_in6*>(group.data())->sin6_addr;
    if (by) request.ipv6mr_interface = reinterpret_cast<const sockaddr_in6*>(by->data())->sin6_scope_id;
    done = set(socket->fd, IPPROTO_IPV6, member ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, request);
  } else {
    ip_mreq request{};
    request.imr_multiaddr = reinterpret_cast<const sockaddr_in*>(group.data())->sin_addr;
    if (by) request.imr_interface = reinterpret_cast<const sockaddr_in*>(by->data())->sin_addr;
    done = set(socket->fd, IPPROTO_IP, member ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, request);
  }
  return done ? 0 : -errno;
}

std::int64_t dropped_datagrams(Endpoints& endpoints, std::int32_t number) {
  const DatagramSocket* socket = endpoints.find_datagrams(number);
  if (socket == nullptr) return -EBADF;
  std::array<std::uint32_t, SK_MEMINFO_VARS> numbers{};
  socklen_t size = sizeof numbers;
  if (getsockopt(socket->fd, SOL_SOCKET, SO_MEMINFO, numbers.data(), &size) != 0) return -errno;
  return numbers[SK_MEMINFO_DROPS];
}

}  // namespace heddle::bridge
