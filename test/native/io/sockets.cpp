#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include "test/native/support/io_bed.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/sockets.hpp"

namespace heddle {

namespace {

using namespace test;

int tcp_socket() { return static_cast<int>(io::make_socket(AF_INET, SOCK_STREAM).value()); }

TEST_CASE_ON_BACKENDS("sockets: connect, accept, send, receive, and the end of the stream") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TcpListener listener;
  Outcome accepted;
  bed.start(accept_task(listener.descriptor.get()), accepted);
  CHECK(!accepted.done());
  const Descriptor client(tcp_socket());
  CHECK(bed.run(connect_task(client.get(), listener.address)) == 0);
  bed.drive_until([&] { return accepted.done(); });
  const Descriptor server(static_cast<int>(accepted.value));
  REQUIRE(server.get() >= 0);
  CHECK(io::SocketAddress::of_peer(server.get())->port() == io::SocketAddress::of_socket(client.get())->port());

  std::string into(16, '.');
  Outcome received;
  bed.start(receive_task(server.get(), writable(into)), received);
  CHECK(!received.done());
  CHECK(bed.run(send_task(client.get(), bytes_of("hello"))) == 5);
  bed.drive_until([&] { return received.done(); });
  CHECK(received.value == 5);
  CHECK(into.substr(0, 5) == "hello");

  CHECK(io::shutdown(client.get(), SHUT_WR).ok());
  CHECK(bed.run(receive_task(server.get(), writable(into))) == 0);
  CHECK(bed.run(send_task(server.get(), bytes_of("still there"))) == 11);
  CHECK(bed.run(receive_task(client.get(), writable(into))) == 11);
}

TEST_CASE_ON_BACKENDS("sockets: accepts take connections in their order, also those that wait already") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TcpListener listener;
  std::array<Descriptor, 4> clients;
  for (Descriptor& client : clients) client = plain_connect(listener.address);
  for (const Descriptor& client : clients) {
    const Descriptor server(static_cast<int>(bed.run(accept_task(listener.descriptor.get()))));
    REQUIRE(server.get() >= 0);
    CHECK(io::SocketAddress::of_peer(server.get())->port() == io::SocketAddress::of_socket(client.get())->port());
  }
}

TEST_CASE_ON_BACKENDS("sockets: a UNIX socket whose listener is full connects when there is room") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const UnixListener listener(0);
  const Descriptor first = plain_connect(listener.address);
  const Descriptor second(static_cast<int>(io::make_socket(AF_UNIX, SOCK_STREAM).value()));
  Outcome connected;
  bed.start(connect_task(second.get(), listener.address), connected);
  CHECK(!connected.done());
  const Descriptor one(static_cast<int>(bed.run(accept_task(listener.descriptor.get()))));
  CHECK(one.get() >= 0);
  bed.drive_until([&] { return connected.done(); });
  CHECK(connected.value == 0);
}

TEST_CASE_ON_BACKENDS("sockets: errors are the system's own") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  io::SocketAddress nobody;
  {
    const TcpListener gone;
    nobody = gone.address;
  }
  const Descriptor refused(tcp_socket());
  CHECK(bed.run(connect_task(refused.get(), nobody)) == -ECONNREFUSED);
  const Descriptor absent(static_cast<int>(io::make_socket(AF_UNIX, SOCK_STREAM).value()));
  CHECK(bed.run(connect_task(absent.get(), *io::SocketAddress::unix_path("/nowhere/at/all"))) == -ENOENT);
  std::string into(4, '.');
  CHECK(bed.run(receive_task(tcp_socket(), writable(into))) == -ENOTCONN);
  const Pipe pipe;
  CHECK(bed.run(receive_task(pipe.read_end.get(), writable(into))) == -ENOTSOCK);
  CHECK(bed.run(receive_task(-1, writable(into))) == -EBADF);
  CHECK(bed.run(accept_task(-1)) == -EBADF);
  SocketPair pair;
  pair.far.reset();
  CHECK(bed.run(send_task(pair.near.get(), bytes_of("x"))) == -EPIPE);
}

TEST_CASE_ON_BACKENDS("sockets: a peer that resets the connection") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TcpListener listener;
  Descriptor client = plain_connect(listener.address);
  const Descriptor server(static_cast<int>(bed.run(accept_task(listener.descriptor.get()))));
  std::string into(4, '.');
  Outcome received;
  bed.start(receive_task(server.get(), writable(into)), received);
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  client.reset();
  bed.drive_until([&] { return received.done(); });
  CHECK(received.value == -ECONNRESET);
}

TEST_CASE_ON_BACKENDS("sockets: each operation is stopped while it waits") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TcpListener listener;
  const SocketPair pair;
  const SocketPair full;
  fill(full.near.get());
  const UnixListener crowded(0);
  const Descriptor crowd = plain_connect(crowded.address);
  const Descriptor late(static_cast<int>(io::make_socket(AF_UNIX, SOCK_STREAM).value()));
  std::string into(4, '.');
  StopSource stop;
  std::array<Outcome, 4> outcomes;
  bed.start(accept_task(listener.descriptor.get(), stop.token()), outcomes[0]);
  bed.start(receive_task(pair.near.get(), writable(into), stop.token()), outcomes[1]);
  bed.start(send_task(full.near.get(), bytes_of("never"), stop.token()), outcomes[2]);
  bed.start(connect_task(late.get(), crowded.address, stop.token()), outcomes[3]);
  for (const Outcome& outcome : outcomes) CHECK(!outcome.done());
  stop.request_stop();
  for (const Outcome& outcome : outcomes) {
    bed.drive_until([&] { return outcome.done(); });
    CHECK(outcome.value == -ECANCELED);
    CHECK(outcome.times == 1);
  }
  CHECK(bed.executor.io().in_flight() == 0);
  pair.put("late");
  CHECK(bed.run(receive_task(pair.near.get(), writable(into))) == 4);
  CHECK(into == "late");
}

TEST_CASE_ON_BACKENDS("sockets: a connect that nobody answers is stopped") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  // Connections beyond a full backlog are dropped, and their connects wait.
  const TcpListener listener(0);
  const Descriptor first = plain_connect(listener.address);
  std::vector<Descriptor> clients;
  std::vector<Outcome> connects(4);
  StopSource stop;
  for (Outcome& outcome : connects) {
    clients.emplace_back(tcp_socket());
    bed.start(connect_task(clients.back().get(), listener.address, stop.token()), outcome);
  }
  stop.request_stop();
  for (const Outcome& outcome : connects) {
    bed.drive_until([&] { return outcome.done(); });
    CHECK((outcome.value == -ECANCELED || outcome.value == 0));
  }
  CHECK(connects.back().value == -ECANCELED);
}

TEST_CASE_ON_BACKENDS("sockets: close ends what waits, and the number's next owner is left alone") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  for (int i = 0; i < rounds(100); ++i) {
    SocketPair old;
    std::string into(4, '.');
    Outcome received;
    bed.start(receive_task(old.near.get(), writable(into)), received);
    const int number = old.near.release();
    CHECK(bed.run(close_task(number)) == 0);
    const SocketPair fresh;  // takes the number
    REQUIRE((fresh.near.get() == number || fresh.far.get() == number));
    const int other = fresh.near.get() == number ? fresh.far.get() : fresh.near.get();
    REQUIRE(::send(other, "new", 3, 0) == 3);
    bed.drive_until([&] { return received.done(); });
    REQUIRE(received.value == -ECANCELED);
    REQUIRE(into == "....");
    REQUIRE(bed.run(receive_task(number, writable(into))) == 3);
    REQUIRE(into == "new.");
  }
}

TEST_CASE_ON_BACKENDS("sockets: bytes arrive in order through full buffers and short sends") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const SocketPair pair;
  const std::string content = pattern(std::size_t{3} << 20);
  Outcome sent;
  bed.spawn(
      [](int fd, std::string_view all) -> Task<std::int64_t> {
        while (!all.empty()) {
          const io::Result result = co_await io::send(fd, bytes_of(all));
          all.remove_prefix(static_cast<std::size_t>(result.value_or_throw("send")));
        }
        co_return 0;
      }(pair.near.get(), content),
      sent);
  std::string seen;
  std::string into(10'000, '.');
  while (seen.size() < content.size()) {
    const std::int64_t bytes = bed.run(receive_task(pair.far.get(), writable(into)));
    REQUIRE(bytes > 0);
    seen.append(into, 0, static_cast<std::size_t>(bytes));
  }
  CHECK(seen == content);
  bed.drive_until([&] { return sent.done(); });
}

TEST_CASE_ON_BACKENDS("sockets: datagrams with addresses, through message headers") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const auto any = *io::SocketAddress::ip("127.0.0.1", 0);
  const Descriptor to(static_cast<int>(io::make_socket(AF_INET, SOCK_DGRAM).value()));
  REQUIRE(bind(to.get(), any.data(), any.size()) == 0);
  auto address = *io::SocketAddress::of_socket(to.get());
  const Descriptor from(static_cast<int>(io::make_socket(AF_INET, SOCK_DGRAM).value()));
  std::array<iovec, 2> parts{iovec{.iov_base = const_cast<char*>("two "), .iov_len = 4},
                             iovec{.iov_base = const_cast<char*>("parts"), .iov_len = 5}};
  msghdr out{};
  out.msg_name = const_cast<sockaddr*>(address.data());
  out.msg_namelen = address.size();
  out.msg_iov = parts.data();
  out.msg_iovlen = parts.size();
  std::string into(64, '.');
  iovec whole{.iov_base = into.data(), .iov_len = into.size()};
  sockaddr_in sender{};
  msghdr in{};
  in.msg_name = &sender;
  in.msg_namelen = sizeof sender;
  in.msg_iov = &whole;
  in.msg_iovlen = 1;
  Outcome received;
  bed.start(
      [](int fd, msghdr& message) -> Task<std::int64_t> {
        const io::Result result = co_await io::receive(fd, message);
        co_return result.value_or_throw("receive");
      }(to.get(), in),
      received);
  CHECK(bed.run([](int fd, const msghdr& message) -> Task<std::int64_t> {
          const io::Result result = co_await io::send(fd, message);
          co_return result.value_or_throw("send");
        }(from.get(), out)) == 9);
  bed.drive_until([&] { return received.done(); });
  CHECK(into.substr(0, 9) == "two parts");
  CHECK(ntohs(sender.sin_port) == io::SocketAddress::of_socket(from.get())->port());
}

}  // namespace

}  // namespace heddle
