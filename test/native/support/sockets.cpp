#include "test/native/support/sockets.hpp"

#include <cerrno>
#include <system_error>
#include <vector>

#include "native/io/operations.hpp"

namespace heddle::test {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

std::int64_t raw(const io::Result& result) noexcept {
  return result.ok() ? result.value() : -static_cast<std::int64_t>(result.error().value());
}

Descriptor stream_socket(int family) {
  return Descriptor(static_cast<int>(io::make_socket(family, SOCK_STREAM).value_or_throw("socket")));
}

Descriptor listen_at(const io::SocketAddress& address, int backlog) {
  Descriptor listener = stream_socket(address.family());
  if (bind(listener.get(), address.data(), address.size()) != 0) fail("bind");
  if (listen(listener.get(), backlog) != 0) fail("listen");
  return listener;
}

}  // namespace

Task<std::int64_t> accept_task(int listener, StopToken stop) {
  const io::Result result = co_await io::accept(listener, stop);
  co_return raw(result);
}

Task<std::int64_t> connect_task(int fd, io::SocketAddress to, StopToken stop) {
  const io::Result result = co_await io::connect(fd, to, stop);
  co_return raw(result);
}

Task<std::int64_t> receive_task(int fd, std::span<std::byte> bytes, StopToken stop) {
  const io::Result result = co_await io::receive(fd, bytes, stop);
  co_return raw(result);
}

Task<std::int64_t> send_task(int fd, std::span<const std::byte> bytes, StopToken stop) {
  const io::Result result = co_await io::send(fd, bytes, stop);
  co_return raw(result);
}

TcpListener::TcpListener(int backlog)
    : descriptor(listen_at(*io::SocketAddress::ip("127.0.0.1", 0), backlog)),
      address(*io::SocketAddress::of_socket(descriptor.get())) {}

UnixListener::UnixListener(int backlog)
    : descriptor(listen_at(*io::SocketAddress::unix_path(folder.path("s")), backlog)),
      address(*io::SocketAddress::of_socket(descriptor.get())) {}

Descriptor plain_connect(const io::SocketAddress& to) {
  Descriptor socket = stream_socket(to.family());
  if (connect(socket.get(), to.data(), to.size()) != 0) fail("connect");
  return socket;
}

SocketPair::SocketPair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  near = Descriptor(ends[0]);
  far = Descriptor(ends[1]);
}

void SocketPair::put(std::string_view bytes) const {
  if (::send(far.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("send");
}

std::size_t fill(int fd) {
  const std::vector<std::byte> block(std::size_t{64} << 10);
  std::size_t sent = 0;
  for (;;) {
    const ssize_t some = ::send(fd, block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (some < 0) return sent;
    sent += static_cast<std::size_t>(some);
  }
}

}  // namespace heddle::test
