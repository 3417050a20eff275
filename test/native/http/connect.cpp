#include "native/http/connect.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "native/io/address_order.hpp"
#include "test/native/support/io_bed.hpp"
#include "test/native/support/manual_clock.hpp"
#include "test/native/support/sockets.hpp"

namespace heddle {

namespace {

using namespace test;
using namespace std::chrono_literals;

// The descriptor, or -errno.
Task<std::int64_t> connect_any_task(std::vector<io::SocketAddress> addresses, StopToken stop = {}) {
  try {
    const int fd = co_await http::connect_to_any(std::move(addresses), stop);
    co_return fd;
  } catch (const std::system_error& error) {
    co_return -error.code().value();
  }
}

// An address at which nobody answers: the listener's queue is full, and the system drops what else comes.
struct BlackHole {
  TcpListener listener{0};
  Descriptor queued = plain_connect(listener.address);
};

// An address at which nobody listens.
io::SocketAddress dead_address() { return TcpListener().address; }

TEST_CASE("addresses: in alternate families, that of the first before the other") {
  std::vector<io::SocketAddress> given;
  for (const char* host : {"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}) given.push_back(*io::SocketAddress::ip(host, 1));
  std::string order;
  for (const io::SocketAddress& each : io::in_alternate_families(given)) order += each.host() + ' ';
  CHECK(order == "::1 10.0.0.1 ::2 10.0.0.2 ::3 ");
}

TEST_CASE_ON_BACKENDS("connect: an address that does not answer gives way to the next after 250 ms") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  IoBed bed(options<Choice>(&clock));
  const BlackHole hole;
  const TcpListener listener;
  Outcome connected;
  bed.start(connect_any_task({hole.listener.address, listener.address}), connected);
  clock.advance(249ms);
  bed.settle();
  CHECK(!connected.done());
  clock.advance(2ms);
  bed.drive_until([&] { return connected.done(); });
  const Descriptor fd(static_cast<int>(connected.value));
  REQUIRE(fd.get() >= 0);
  CHECK(io::SocketAddress::of_peer(fd.get())->port() == listener.address.port());
}

TEST_CASE_ON_BACKENDS("connect: the last address has all the time there is, until it is stopped") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  IoBed bed(options<Choice>(&clock));
  const BlackHole hole;
  StopSource stop;
  Outcome connected;
  bed.start(connect_any_task({dead_address(), hole.listener.address}, stop.token()), connected);
  clock.advance(1s);
  bed.settle();
  CHECK(!connected.done());
  stop.request_stop();
  bed.drive_until([&] { return connected.done(); });
  CHECK(connected.value == -ECANCELED);
}

TEST_CASE_ON_BACKENDS("connect: stopped while there are more addresses, it tries none of them") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const BlackHole hole;
  const TcpListener listener;
  StopSource stop;
  Outcome connected;
  bed.start(connect_any_task({hole.listener.address, listener.address}, stop.token()), connected);
  stop.request_stop();
  bed.drive_until([&] { return connected.done(); });
  CHECK(connected.value == -ECANCELED);
}

TEST_CASE_ON_BACKENDS("connect: nobody listens at any address") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  CHECK(bed.run(connect_any_task({dead_address(), dead_address()})) == -ECONNREFUSED);
}

}  // namespace

}  // namespace heddle
