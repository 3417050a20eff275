#include "native/io/socket_address.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace heddle::io {

namespace {

using NameOf = int (*)(int, sockaddr*, socklen_t*);

std::optional<SocketAddress> ask(NameOf call, int fd) noexcept {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (call(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return std::nullopt;
  return SocketAddress(reinterpret_cast<const sockaddr*>(&storage), length);
}

}  // namespace

SocketAddress::SocketAddress() noexcept : address_() { std::memset(&address_, 0, sizeof address_); }

SocketAddress::SocketAddress(const sockaddr* address, socklen_t length) noexcept : SocketAddress() {
  size_ = std::min<socklen_t>(length, sizeof address_);
  std::memcpy(&address_, address, size_);
}

std::optional<SocketAddress> SocketAddress::ip(std::string_view text, std::uint16_t port) {
  const std::string numbers(text);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(numbers.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  SocketAddress address(found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (address.family() == AF_INET) {
    reinterpret_cast<sockaddr_in*>(&address.address_)->sin_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in6*>(&address.address_)->sin6_port = htons(port);
  }
  return address;
}

std::optional<SocketAddress> SocketAddress::unix_path(std::string_view path) noexcept {
  sockaddr_un named{};
  named.sun_family = AF_UNIX;
  if (path.empty()) return std::nullopt;
  // A path ends with a NUL that counts; an abstract name has just the bytes that are counted.
  const std::size_t end = path.front() == '\0' ? 0 : 1;
  if (path.size() + end > sizeof named.sun_path) return std::nullopt;
  std::copy(path.begin(), path.end(), named.sun_path);
  const std::size_t length = offsetof(sockaddr_un, sun_path) + path.size() + end;
  return SocketAddress(reinterpret_cast<const sockaddr*>(&named), static_cast<socklen_t>(length));
}

std::optional<SocketAddress> SocketAddress::of_socket(int fd) noexcept { return ask(getsockname, fd); }

std::optional<SocketAddress> SocketAddress::of_peer(int fd) noexcept { return ask(getpeername, fd); }

std::string SocketAddress::host() const {
  if (family() == AF_UNIX) {
    const std::size_t header = offsetof(sockaddr_un, sun_path);
    if (size_ <= header) return {};
    std::string_view path(address_.path.sun_path, size_ - header);
    if (path.front() != '\0') path = path.substr(0, path.find('\0'));
    return std::string(path);
  }
  std::array<char, NI_MAXHOST> text{};
  if (getnameinfo(data(), size_, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return text.data();
}

std::uint16_t SocketAddress::port() const noexcept {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&address_)->sin_port);
  if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address_)->sin6_port);
  return 0;
}

}  // namespace heddle::io
