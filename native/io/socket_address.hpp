#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::io {

// Where a socket is bound, or what it talks to: an IPv4 or IPv6 address with a port, or the path of a UNIX socket.
class SocketAddress {
 public:
  // No address at all: what an unbound socket has.
  SocketAddress() noexcept;
  // Copies the system's own form. `length` is cut to what fits.
  SocketAddress(const sockaddr* address, socklen_t length) noexcept;

  // From numbers, such as "127.0.0.1", "::1" or "fe80::1%eth0"; none for anything else, also for the name of a host.
  [[nodiscard]] static std::optional<SocketAddress> ip(std::string_view text, std::uint16_t port);
  // A path in the file system, or with a leading NUL an abstract name. None when it is empty or longer than the system
  // takes, which is 107 bytes of a path.
  [[nodiscard]] static std::optional<SocketAddress> unix_path(std::string_view path) noexcept;

  // Of the socket itself, or of its peer; none when the system has none.
  [[nodiscard]] static std::optional<SocketAddress> of_socket(int fd) noexcept;
  [[nodiscard]] static std::optional<SocketAddress> of_peer(int fd) noexcept;

  [[nodiscard]] const sockaddr* data() const noexcept { return &address_.any; }
  [[nodiscard]] socklen_t size() const noexcept { return size_; }
  // AF_INET, AF_INET6, AF_UNIX, or AF_UNSPEC.
  [[nodiscard]] int family() const noexcept { return size_ == 0 ? AF_UNSPEC : address_.any.sa_family; }
  // The numbers without the port, or the path. Empty for a UNIX socket without a name.
  [[nodiscard]] std::string host() const;
  // 0 for a UNIX socket.
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  union Storage {
    sockaddr any;
    sockaddr_un path;
    sockaddr_storage whole;
  };

  Storage address_;
  socklen_t size_ = 0;
};

}  // namespace heddle::io
