#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <span>

#include "native/io/operations.hpp"
#include "native/io/socket_address.hpp"

namespace heddle::io {

// Operations on sockets, awaited like those on files: `Result r = co_await io::receive(fd, bytes, stop);`
// The descriptor is one without O_NONBLOCK, as make_socket() and accept() give it.

// A socket, close-on-exec. `type` is SOCK_STREAM or SOCK_DGRAM.
[[nodiscard]] Result make_socket(int family, int type) noexcept;

struct ListenOptions {
  int backlog = 511;
  bool reuse_port = false;  // other sockets may listen on the same port, and the system deals connections out to all
  bool ipv6_only = false;   // an IPv6 socket takes no IPv4 connections
};

// A stream socket that listens at an address. A path must not exist yet, and is there until somebody removes it.
[[nodiscard]] Result listen_at(const SocketAddress& address, const ListenOptions& options) noexcept;

// 0 when the connection is there. The address must stay until the operation resumes. After a failure or a stop, the socket
// is good for nothing but to be closed.
[[nodiscard]] Operation connect(int fd, const SocketAddress& to, StopToken stop = {});
// The descriptor of the next connection. Connections are given out in the order in which they came.
[[nodiscard]] Operation accept(int listener, StopToken stop = {});
// As many bytes as are there, one at least; 0 at the end of the stream.
[[nodiscard]] Operation receive(int fd, std::span<std::byte> bytes, StopToken stop = {});
// As many bytes as the system takes, which may be fewer than given. EPIPE, and no signal, when the peer takes no more.
[[nodiscard]] Operation send(int fd, std::span<const std::byte> bytes, StopToken stop = {});
// The same with a message header, for several parts at once, and for datagrams with addresses. The header and all that
// it points to must stay until the operation resumes.
[[nodiscard]] Operation receive(int fd, msghdr& message, StopToken stop = {});
[[nodiscard]] Operation send(int fd, const msghdr& message, StopToken stop = {});

// shutdown(2): `how` is SHUT_RD, SHUT_WR or SHUT_RDWR. It never waits; what was sent before is still delivered.
Result shutdown(int fd, int how) noexcept;

}  // namespace heddle::io
