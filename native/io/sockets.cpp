#include "native/io/sockets.hpp"

#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>

namespace heddle::io {

namespace {

Result outcome(int returned) noexcept { return Result(returned < 0 ? -errno : returned); }

}  // namespace

Result make_socket(int family, int type) noexcept { return outcome(socket(family, type | SOCK_CLOEXEC, 0)); }

Result listen_at(const SocketAddress& address, const ListenOptions& options) noexcept {
  const Result made = make_socket(address.family(), SOCK_STREAM);
  if (!made.ok()) return made;
  const int fd = static_cast<int>(made.value());
  const int on = 1;
  const int only = options.ipv6_only ? 1 : 0;
  // Connections of a server that has just ended must not keep the next from its port.
  const bool ip = address.family() != AF_UNIX;
  const bool listens =
      (!ip || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0) &&
      (!options.reuse_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
      (address.family() != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only) == 0) &&
      bind(fd, address.data(), address.size()) == 0 && listen(fd, options.backlog) == 0;
  if (listens) return made;
  const Result failed = outcome(-1);
  ::close(fd);
  return failed;
}

Operation connect(int fd, const SocketAddress& to, StopToken stop) {
  return {Opcode::connect, fd, 0, to.data(), to.size(), stop};
}

Operation accept(int listener, StopToken stop) { return {Opcode::accept, listener, 0, nullptr, 0, stop}; }

Operation receive(int fd, std::span<std::byte> bytes, StopToken stop) {
  return {Opcode::receive, fd, 0, bytes.data(), bytes.size(), stop};
}

Operation send(int fd, std::span<const std::byte> bytes, StopToken stop) {
  return {Opcode::send, fd, MSG_NOSIGNAL, bytes.data(), bytes.size(), stop};
}

Operation receive(int fd, msghdr& message, StopToken stop) {
  return {Opcode::receive_message, fd, 0, &message, 0, stop};
}

Operation send(int fd, const msghdr& message, StopToken stop) {
  return {Opcode::send_message, fd, MSG_NOSIGNAL, &message, 0, stop};
}

Result shutdown(int fd, int how) noexcept { return outcome(::shutdown(fd, how)); }

}  // namespace heddle::io
