#include "native/http/connect.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "native/io/resolve.hpp"
#include "native/io/socket_address.hpp"
#include "native/io/sockets.hpp"

namespace heddle::http {

namespace {

Task<std::vector<io::SocketAddress>> addresses_of(const Origin& origin, StopToken stop) {
  try {
    co_return co_await io::resolve(origin.host, origin.port, stop);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::operation_canceled) throw;
    throw SocketError(error.code(), "getaddrinfo", origin.host);
  }
}

}  // namespace

Task<int> connect(const Origin& origin, StopToken stop) {
  const std::vector<io::SocketAddress> addresses = co_await addresses_of(origin, stop);
  std::error_code failed;
  for (const io::SocketAddress& address : addresses) {
    const io::Result made = io::make_socket(address.family(), SOCK_STREAM);
    failed = made.error();
    if (!made.ok()) continue;
    const int fd = static_cast<int>(made.value());
    const io::Result connected = co_await io::connect(fd, address, stop);
    if (connected.ok()) {
      constexpr int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      co_return fd;
    }
    ::close(fd);
    failed = connected.error();
    if (failed == std::errc::operation_canceled) throw std::system_error(failed, "connect");
  }
  const io::SocketAddress& last = addresses.back();
  throw SocketError(failed, "connect", last.host(), last.port());
}

}  // namespace heddle::http
