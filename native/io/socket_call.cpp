#include "native/io/socket_call.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace heddle::io {

namespace {

constexpr std::size_t kMaxSocketTransfer = std::size_t{256} << 10;

std::int64_t outcome(std::int64_t returned) noexcept { return returned < 0 ? -errno : returned; }

void set_non_blocking(int fd, bool on) noexcept {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || ((flags & O_NONBLOCK) != 0) == on) return;
  fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

// A listener stays non-blocking: another process that shares it may take the connection between any two calls here.
std::int64_t accept_now(int fd) noexcept {
  set_non_blocking(fd, true);
  return outcome(accept4(fd, nullptr, nullptr, SOCK_CLOEXEC));
}

std::int64_t connect_now(Request& request) noexcept {
  if (!request.connecting) {
    set_non_blocking(request.fd, true);
    const std::int64_t result = outcome(
        connect(request.fd, static_cast<const sockaddr*>(request.address), static_cast<socklen_t>(request.length)));
    request.connecting = result == -EINPROGRESS;
    if (request.connecting) return -EAGAIN;
    set_non_blocking(request.fd, false);
    return result;
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(request.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return -error;
}

std::int64_t call_once(Request& request) noexcept {
  const int flags = request.flags | MSG_DONTWAIT;
  switch (request.opcode) {
    case Opcode::accept:
    case Opcode::accept_many:
      return accept_now(request.fd);
    case Opcode::connect:
      return connect_now(request);
    case Opcode::receive:
      return outcome(recv(request.fd, request.address, socket_transfer_length(request), flags));
    case Opcode::send:
      return outcome(send(request.fd, request.address, socket_transfer_length(request), flags));
    case Opcode::receive_message:
      return outcome(recvmsg(request.fd, static_cast<msghdr*>(request.address), flags));
    case Opcode::send_message:
      return outcome(sendmsg(request.fd, static_cast<const msghdr*>(request.address), flags));
    default:
      return -EINVAL;
  }
}

}  // namespace

std::size_t socket_transfer_length(const Request& request) noexcept {
  return std::min(request.length, kMaxSocketTransfer);
}

std::int64_t socket_call(Request& request) noexcept {
  for (;;) {
    const std::int64_t result = call_once(request);
    if (result != -EINTR) return result;
  }
}

std::int64_t receive_now(int fd, std::span<std::byte> into) noexcept {
  for (;;) {
    const std::int64_t result = outcome(recv(fd, into.data(), into.size(), MSG_DONTWAIT));
    // ENOBUFS says of receive_many that no buffer is free.
    if (result != -EINTR) return result == -ENOBUFS ? -ENOMEM : result;
  }
}

void end_connect(Request& request) noexcept {
  if (!request.connecting) return;
  request.connecting = false;
  set_non_blocking(request.fd, false);
}

}  // namespace heddle::io
