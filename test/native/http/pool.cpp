#include "native/http/pool.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "test/native/support/io_bed.hpp"
#include "test/native/support/manual_clock.hpp"
#include "test/native/support/sockets.hpp"

namespace heddle {

namespace {

using namespace test;
using namespace std::chrono_literals;

// Takes a connection and gives it back. 1: it had been used before.
Task<std::int64_t> use_task(http::Pool& pool, http::Origin origin) {
  http::Pool::Lease lease = co_await pool.acquire(origin, false, {});
  const bool reused = lease.reused();
  lease.give_back();
  co_return reused ? 1 : 0;
}

struct PoolBed {
  explicit PoolBed(const Executor::Options& options) : bed(options), pool(std::in_place, bed.executor, http::Pool::Options{}) {
    CHECK(use() == 0);
    near = Descriptor(::accept(listener.descriptor.get(), nullptr, nullptr));
  }

  std::int64_t use() { return bed.run(use_task(*pool, {.host = "127.0.0.1", .port = listener.address.port()})); }
  std::size_t in_flight() { return bed.executor.metrics().io_in_flight; }

  TcpListener listener;
  IoBed bed;
  std::optional<http::Pool> pool;
  Descriptor near;
};

TEST_CASE_ON_BACKENDS("Pool: an idle connection that its peer closes is closed") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  PoolBed test(options<Choice>(&clock));
  clock.advance(11ms);
  test.bed.settle();
  CHECK(test.in_flight() == 1);
  CHECK(test.pool->idle() == 1);
  test.near = Descriptor();
  test.bed.drive_until([&] { return test.pool->idle() == 0; });
  CHECK(test.in_flight() == 0);
}

TEST_CASE_ON_BACKENDS("Pool: a connection that is soon used again costs no operation") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  PoolBed test(options<Choice>(&clock));
  for (int i = 0; i < 10; ++i) {
    clock.advance(9ms);
    test.bed.settle();
    CHECK(test.in_flight() == 0);
    CHECK(test.use() == 1);
  }
}

TEST_CASE_ON_BACKENDS("Pool: a connection that was watched is used again, and watched again") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  PoolBed test(options<Choice>(&clock));
  for (int i = 0; i < 10; ++i) {
    clock.advance(11ms);
    test.bed.settle();
    CHECK(test.in_flight() == 1);
    CHECK(test.use() == 1);
  }
}

TEST_CASE_ON_BACKENDS("Pool: has ended its watches when it goes, and closes what is given back after close()") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  PoolBed test(options<Choice>(&clock));
  clock.advance(11ms);
  SUBCASE("watched") { test.bed.settle(); }
  SUBCASE("not yet handed to the kernel") { test.bed.executor.timers().advance(clock.now()); }
  SUBCASE("closed before") {
    test.pool->close();
    CHECK(test.use() == 0);
    CHECK(test.pool->idle() == 0);
  }
  test.pool.reset();
  CHECK(test.in_flight() == 0);
}

TEST_CASE_ON_BACKENDS("Pool: a watched connection is closed when its time has passed") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  PoolBed test(options<Choice>(&clock));
  clock.advance(11ms);
  test.bed.settle();
  clock.advance(4s);
  test.bed.settle();
  CHECK(test.pool->idle() == 0);
  test.bed.drive_until([&] { return test.in_flight() == 0; });
}

}  // namespace

}  // namespace heddle
