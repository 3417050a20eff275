#include "native/io/resolve.hpp"

#include <doctest/doctest.h>
#include <netdb.h>

#include <algorithm>
#include <cerrno>

#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

// The number of addresses, or the error's own number, negated.
Task<std::int64_t> resolve_task(std::string host, StopToken stop = {}) {
  try {
    const std::vector<io::SocketAddress> found = co_await io::resolve(std::move(host), 80, stop);
    const bool ports = std::all_of(found.begin(), found.end(), [](const auto& address) { return address.port() == 80; });
    co_return ports ? static_cast<std::int64_t>(found.size()) : 0;
  } catch (const std::system_error& error) {
    const bool known = error.code().category() == io::resolve_category() || error.code().value() == ECANCELED;
    co_return known ? -std::abs(error.code().value()) : 0;
  }
}

TEST_CASE("resolve: numbers need no lookup") {
  IoBed bed({});
  CHECK(bed.run(resolve_task("127.0.0.1")) == 1);
  CHECK(bed.run(resolve_task("::1")) == 1);
  CHECK(bed.executor.blocking().metrics().started == 0);
}

TEST_CASE("resolve: a name of this host") {
  IoBed bed({});
  CHECK(bed.run(resolve_task("localhost")) >= 1);
}

TEST_CASE("resolve: what can't be a name fails") {
  IoBed bed({});
  CHECK(bed.run(resolve_task("not a host name")) < 0);
}

TEST_CASE("resolve: stopped, the wait ends whatever the lookup does") {
  IoBed bed({});
  StopSource stop;
  Outcome outcome;
  bed.start(resolve_task("localhost", stop.token()), outcome);
  stop.request_stop();
  bed.drive_until([&] { return outcome.done(); });
  CHECK((outcome.value == -ECANCELED || outcome.value >= 1));
  StopSource before;
  before.request_stop();
  CHECK(bed.run(resolve_task("localhost", before.token())) == -ECANCELED);
}

TEST_CASE("socket address: text and numbers") {
  const auto four = io::SocketAddress::ip("10.1.2.3", 4567);
  REQUIRE(four.has_value());
  CHECK(four->family() == AF_INET);
  CHECK(four->host() == "10.1.2.3");
  CHECK(four->port() == 4567);
  const auto six = io::SocketAddress::ip("::1", 80);
  REQUIRE(six.has_value());
  CHECK(six->family() == AF_INET6);
  CHECK(six->host() == "::1");
  CHECK(six->port() == 80);
  CHECK(!io::SocketAddress::ip("localhost", 80).has_value());
  CHECK(!io::SocketAddress::ip("", 80).has_value());
  CHECK(io::SocketAddress().family() == AF_UNSPEC);
}

TEST_CASE("socket address: paths, abstract names, and what is too long") {
  const std::string longest(107, 'p');
  REQUIRE(io::SocketAddress::unix_path(longest).has_value());
  CHECK(io::SocketAddress::unix_path(longest)->host() == longest);
  CHECK(!io::SocketAddress::unix_path(longest + "p").has_value());
  CHECK(!io::SocketAddress::unix_path("").has_value());
  const std::string abstract("\0name", 5);
  REQUIRE(io::SocketAddress::unix_path(abstract).has_value());
  CHECK(io::SocketAddress::unix_path(abstract)->host() == abstract);
}

}  // namespace

}  // namespace heddle
