#include "native/io/sockets.hpp"

#include <cerrno>

namespace heddle::io {

namespace {

Result outcome(int returned) noexcept { return Result(returned < 0 ? -errno : returned); }

}  // namespace

Result make_socket(int family, int type) noexcept { return outcome(socket(family, type | SOCK_CLOEXEC, 0)); }

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
