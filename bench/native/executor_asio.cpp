// The rows of `npm run bench -- executor` on Asio's coroutines. See rows.hpp for how it is asked.

#include <asio.hpp>
#include <asio/experimental/channel.hpp>
#include <chrono>
#include <cstdint>
#include <vector>

#include "rows.hpp"

namespace {

using asio::awaitable;
using asio::use_awaitable;
using Clock = std::chrono::steady_clock;
using Channel = asio::experimental::channel<void(asio::error_code, int)>;

constexpr std::size_t kBatch = 1000;

double timed(std::size_t count, awaitable<void> (*body)(std::size_t)) {
  asio::io_context context(1);
  return bench::nanoseconds_each(count, [&] {
    asio::co_spawn(context, body(count), asio::detached);
    context.run();
  });
}

awaitable<void> nothing() { co_return; }

awaitable<void> yielder(std::size_t count) {
  const auto executor = co_await asio::this_coro::executor;
  for (std::size_t i = 0; i < count; ++i) co_await asio::post(executor, use_awaitable);
}

awaitable<void> caller(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) co_await nothing();
}

// Asio has no scope: the last child wakes a timer that the parent waits for.
awaitable<void> spawner(std::size_t count) {
  const auto executor = co_await asio::this_coro::executor;
  for (std::size_t i = 0; i < count; i += kBatch) {
    asio::steady_timer joined(executor, Clock::time_point::max());
    std::size_t live = kBatch;
    for (std::size_t j = 0; j < kBatch; ++j) {
      asio::co_spawn(executor, nothing(), [&](const std::exception_ptr&) {
        if (--live == 0) joined.cancel();
      });
    }
    asio::error_code cancelled;
    co_await joined.async_wait(asio::redirect_error(use_awaitable, cancelled));
  }
}

// Nor has it an event: a timer that never comes, which is cancelled to set it.
struct Event {
  explicit Event(asio::io_context& context) : timer(context, Clock::time_point::max()) {}
  void set() {
    happened = true;
    timer.cancel();
  }
  asio::steady_timer timer;
  bool happened = false;
};

awaitable<void> player(std::size_t count, Event& mine, Event& theirs) {
  for (std::size_t i = 0; i < count; ++i) {
    asio::error_code cancelled;
    if (!mine.happened) co_await mine.timer.async_wait(asio::redirect_error(use_awaitable, cancelled));
    mine.happened = false;
    theirs.set();
  }
}

double ping_pong(std::size_t count) {
  asio::io_context context(1);
  Event ping(context);
  Event pong(context);
  return bench::nanoseconds_each(count, [&] {
    asio::co_spawn(context, player(count, ping, pong), asio::detached);
    asio::co_spawn(context, player(count, pong, ping), asio::detached);
    ping.set();
    context.run();
  });
}

awaitable<void> echo(Channel& from, Channel& to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const int value = co_await from.async_receive(use_awaitable);
    co_await to.async_send(asio::error_code(), value, use_awaitable);
  }
}

double channels(std::size_t count) {
  asio::io_context context(1);
  Channel ping(context, 1);
  Channel pong(context, 1);
  return bench::nanoseconds_each(count, [&] {
    asio::co_spawn(context, echo(ping, pong, count), asio::detached);
    asio::co_spawn(context, echo(pong, ping, count), asio::detached);
    ping.try_send(asio::error_code(), 1);
    context.run();
  });
}

awaitable<void> sleeper(Clock::time_point deadline) {
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
  co_await timer.async_wait(use_awaitable);
}

struct Sleepers {
  double bytes = 0;
  double cpu = 0;
};

Sleepers sleepers(std::size_t count, bool mixed = false) {
  asio::io_context context(1);
  Sleepers took;
  const double heap = bench::heap_bytes();
  const double cpu = bench::cpu_seconds();
  const auto wake = Clock::now() + std::chrono::seconds(3);
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = std::chrono::nanoseconds(i * 2654435761U % count * 1'000'000'000 / count);
    asio::co_spawn(context, sleeper(mixed ? wake + place : Clock::now() + std::chrono::seconds(3)), asio::detached);
  }
  context.poll();
  took.bytes = (bench::heap_bytes() - heap) / static_cast<double>(count);
  context.run();
  took.cpu = (bench::cpu_seconds() - cpu) * 1e9 / static_cast<double>(count);
  return took;
}

awaitable<void> late_sleeper(Clock::time_point deadline, std::vector<std::int64_t>& lateness) {
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline);
  co_await timer.async_wait(use_awaitable);
  lateness.push_back(std::chrono::nanoseconds(Clock::now() - deadline).count());
}

double lateness(std::size_t count) {
  asio::io_context context(1);
  std::vector<std::int64_t> all;
  all.reserve(count);
  const auto first = Clock::now() + std::chrono::milliseconds(500);
  for (std::size_t i = 0; i < count; ++i) {
    const auto spread = std::chrono::nanoseconds(i * 2654435761U % count * 1'000'000'000 / count);
    asio::co_spawn(context, late_sleeper(first + spread, all), asio::detached);
  }
  context.run();
  return bench::percentile(all, 0.99) / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::serve_rows(argc, argv,
                           {{"yield", [](std::size_t n) { return timed(n, yielder); }},
                            {"call", [](std::size_t n) { return timed(n, caller); }},
                            {"spawn", [](std::size_t n) { return timed(n, spawner); }},
                            {"ping-pong", ping_pong},
                            {"channel", channels},
                            {"sleeper-bytes", [](std::size_t n) { return sleepers(n).bytes; }},
                            {"sleeper-cpu", [](std::size_t n) { return sleepers(n).cpu; }},
                            {"sleeper-cpu-mixed", [](std::size_t n) { return sleepers(n, true).cpu; }},
                            {"lateness", lateness}});
}
