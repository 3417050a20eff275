#pragma once

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "native/http/request.hpp"
#include "native/io/socket_address.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle::http {

// A system call on a connection has failed, or the lookup of its host. To JavaScript it is what node:net would give.
class SocketError : public std::system_error {
 public:
  // `address` and `port` are those of the peer; empty and 0 where they do not matter.
  SocketError(std::error_code error, const char* call, std::string address = {}, std::uint16_t port = 0)
      : std::system_error(error, call), call_(call), address_(std::move(address)), port_(port) {}

  [[nodiscard]] const char* call() const noexcept { return call_; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  const char* call_;
  std::string address_;
  std::uint16_t port_;
};

// A connected TCP socket that sends at once (TCP_NODELAY); the caller closes it. The host's addresses are tried in alternate
// families; one that does not answer soon gives way to the next. Throws a SocketError, that of the last address, and std::errc::operation_canceled when it was stopped.
[[nodiscard]] Task<int> connect(const Origin& origin, StopToken stop);
// The same with addresses, one at least, in their order. The last has all the time there is.
[[nodiscard]] Task<int> connect_to_any(std::vector<io::SocketAddress> addresses, StopToken stop);

}  // namespace heddle::http
