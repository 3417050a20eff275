#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "native/io/sockets.hpp"
#include "native/task.hpp"
#include "test/native/support/files.hpp"

namespace heddle::test {

// Each operation as a task whose value is what the system call returned, or -errno.
[[nodiscard]] Task<std::int64_t> accept_task(int listener, StopToken stop = {});
[[nodiscard]] Task<std::int64_t> connect_task(int fd, io::SocketAddress to, StopToken stop = {});
[[nodiscard]] Task<std::int64_t> receive_task(int fd, std::span<std::byte> bytes, StopToken stop = {});
[[nodiscard]] Task<std::int64_t> send_task(int fd, std::span<const std::byte> bytes, StopToken stop = {});

// The far sides of the tests, made with plain system calls. All throw std::system_error.

// A TCP listener on a free port of the loopback interface.
struct TcpListener {
  explicit TcpListener(int backlog = 16);

  Descriptor descriptor;
  io::SocketAddress address;
};

// A UNIX listener in a folder of its own.
struct UnixListener {
  explicit UnixListener(int backlog = 16);

  TemporaryFolder folder;
  Descriptor descriptor;
  io::SocketAddress address;
};

// A connection that is there, waits in its listener, and has its far side in our hands.
[[nodiscard]] Descriptor plain_connect(const io::SocketAddress& to);

// Two ends of one UNIX stream.
struct SocketPair {
  SocketPair();
  // From the far end; all of it.
  void put(std::string_view bytes) const;

  Descriptor near;
  Descriptor far;
};

// Sends until the peer's buffers are full, and returns how many bytes that took.
std::size_t fill(int fd);

}  // namespace heddle::test
