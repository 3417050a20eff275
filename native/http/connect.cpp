#include "native/http/connect.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "native/io/address_order.hpp"
#include "native/io/resolve.hpp"
#include "native/io/socket_address.hpp"
#include "native/io/sockets.hpp"
#include "native/with_timeout.hpp"

namespace heddle::http {

namespace {

// An address that has not answered by then gives way to the next. As in Node.
constexpr std::chrono::milliseconds kAttemptTime(250);

Task<std::vector<io::SocketAddress>> addresses_of(const Origin& origin, StopToken stop) {
  try {
    co_return co_await io::resolve(origin.host, origin.port, stop);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::operation_canceled) throw;
    throw SocketError(error.code(), "getaddrinfo", origin.host);
  }
}

Task<int> connect_to(io::SocketAddress address, StopToken stop) {
  const io::Result made = io::make_socket(address.family(), SOCK_STREAM);
  if (!made.ok()) throw SocketError(made.error(), "connect", address.host(), address.port());
  const int fd = static_cast<int>(made.value());
  const io::Result connected = co_await io::connect(fd, address, stop);
  if (connected.ok()) {
    constexpr int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    co_return fd;
  }
  ::close(fd);
  const std::error_code failed = connected.error();
  if (failed == std::errc::operation_canceled) throw std::system_error(failed, "connect");
  throw SocketError(failed, "connect", address.host(), address.port());
}

}  // namespace

Task<int> connect(const Origin& origin, StopToken stop) {
  std::vector<io::SocketAddress> addresses = co_await addresses_of(origin, stop);
  co_return co_await connect_to_any(io::in_alternate_families(addresses), stop);
}

Task<int> connect_to_any(std::vector<io::SocketAddress> addresses, StopToken stop) {
  const io::SocketAddress last = addresses.back();
  addresses.pop_back();
  for (const io::SocketAddress& address : addresses) {
    try {
      const Timed<int> attempt = co_await with_timeout(kAttemptTime, stop, connect_to, address);
      if (attempt.value) co_return *attempt.value;
    } catch (const SocketError&) {
      // The next may be better.
    }
  }
  co_return co_await connect_to(last, stop);
}

}  // namespace heddle::http
