#include "native/bridge/socket_calls.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "native/bridge/bridge.hpp"
#include "native/bridge/connect_operation.hpp"
#include "native/bridge/endpoints.hpp"
#include "native/bridge/listener.hpp"

namespace heddle::bridge {

namespace {

std::int32_t set(Endpoints& endpoints, std::int32_t number, int level, int option, int value) {
  const Endpoint* endpoint = endpoints.find(number);
  if (endpoint == nullptr) return -EBADF;
  return setsockopt(endpoint->fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}

}  // namespace

std::int32_t listen(Endpoints& endpoints, const io::SocketAddress& address, const io::ListenOptions& options) {
  const io::Result result = io::listen_at(address, options);
  if (!result.ok()) return -result.error().value();
  std::string path = address.family() == AF_UNIX ? address.host() : std::string();
  if (!path.empty() && path.front() == '\0') path.clear();  // an abstract name leaves nothing behind
  return endpoints.add(std::make_unique<Listener>(endpoints, static_cast<int>(result.value()), std::move(path)));
}

void connect(Endpoints& endpoints, std::int32_t id, const io::SocketAddress& to,
             const std::optional<io::SocketAddress>& from) {
  endpoints.bridge().drain();
  const io::Result made = io::make_socket(to.family(), SOCK_STREAM);
  if (!made.ok()) {
    endpoints.bridge().reply(id, -made.error().value(), 0);
    return;
  }
  const int fd = static_cast<int>(made.value());
  if (from && bind(fd, from->data(), from->size()) != 0) {
    endpoints.bridge().reply(id, -errno, kLocal);
    ::close(fd);
    return;
  }
  new ConnectOperation(endpoints, id, fd, to);
}

std::int32_t set_no_delay(Endpoints& endpoints, std::int32_t number, bool on) {
  return set(endpoints, number, IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
}

std::int32_t set_keep_alive(Endpoints& endpoints, std::int32_t number, bool on, int seconds) {
  if (on && seconds > 0) {
    // First, since a socket that has none (a UNIX one) must stay as it was.
    if (const std::int32_t result = set(endpoints, number, IPPROTO_TCP, TCP_KEEPIDLE, seconds); result != 0)
      return result;
  }
  return set(endpoints, number, SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0);
}

std::optional<io::SocketAddress> address_of(Endpoints& endpoints, std::int32_t number, bool peer) {
  const Endpoint* endpoint = endpoints.find(number);
  if (endpoint == nullptr) return std::nullopt;
  return peer ? io::SocketAddress::of_peer(endpoint->fd) : io::SocketAddress::of_socket(endpoint->fd);
}

}  // namespace heddle::bridge
