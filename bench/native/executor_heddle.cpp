// The rows of `npm run bench -- executor` on heddle. See rows.hpp for how it is asked.

#include "native/channel.hpp"
#include "native/event.hpp"
#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "native/task.hpp"
#include "native/when_all.hpp"
#include "rows.hpp"

namespace {

using heddle::Event;
using heddle::Executor;
using heddle::Scope;
using heddle::Task;

constexpr std::size_t kBatch = 1000;

double timed(std::size_t count, Task<void> (*body)(std::size_t)) {
  Executor executor;
  return bench::nanoseconds_each(count, [&] { heddle::sync_wait(executor, body(count)); });
}

Task<void> nothing() { co_return; }

Task<void> yielder(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) co_await Executor::yield();
}

Task<void> caller(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) co_await nothing();
}

Task<void> spawner(std::size_t count) {
  for (std::size_t i = 0; i < count; i += kBatch) {
    Scope scope;
    for (std::size_t j = 0; j < kBatch; ++j) scope.spawn(nothing());
    co_await scope.join();
  }
}

Task<void> gatherer(std::size_t count) {
  for (std::size_t i = 0; i < count; i += kBatch) {
    std::vector<Task<void>> tasks;
    tasks.reserve(kBatch);
    for (std::size_t j = 0; j < kBatch; ++j) tasks.push_back(nothing());
    co_await heddle::when_all(std::move(tasks));
  }
}

Task<void> player(std::size_t count, Event& mine, Event& theirs) {
  for (std::size_t i = 0; i < count; ++i) {
    co_await mine.wait();
    mine.reset();
    theirs.set();
  }
}

Task<void> ping_pong(std::size_t count) {
  Event ping;
  Event pong;
  Scope scope;
  scope.spawn(player(count, ping, pong));
  scope.spawn(player(count, pong, ping));
  ping.set();
  co_await scope.join();
}

Task<void> echo(heddle::Channel<int>& from, heddle::Channel<int>& to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    auto value = co_await from.receive();
    (void)co_await to.send(*value);
  }
}

Task<void> channels(std::size_t count) {
  heddle::Channel<int> ping(1);
  heddle::Channel<int> pong(1);
  Scope scope;
  scope.spawn(echo(ping, pong, count));
  scope.spawn(echo(pong, ping, count));
  (void)co_await ping.send(1);
  co_await scope.join();
}

Task<void> sleeper(heddle::Nanoseconds deadline) { co_await heddle::sleep_until(deadline); }

struct Sleepers {
  double bytes = 0;
  double cpu = 0;
};

// Each sleeps for three seconds, or until a moment in the second after that, in no order.
Task<void> sleep_together(std::size_t count, bool mixed, Sleepers& took) {
  const double heap = bench::heap_bytes();
  const double cpu = bench::cpu_seconds();
  Scope scope;
  const heddle::Nanoseconds second = 1'000'000'000;
  const heddle::Nanoseconds wake = Executor::current()->now() + 3 * second;
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = static_cast<heddle::Nanoseconds>(i * 2654435761U % count);
    scope.spawn(sleeper(mixed ? wake + place * second / static_cast<heddle::Nanoseconds>(count)
                              : Executor::current()->now() + 3 * second));
    if (i % 1000 == 0) co_await Executor::yield();
  }
  co_await Executor::yield();
  took.bytes = (bench::heap_bytes() - heap) / static_cast<double>(count);
  co_await scope.join();
  took.cpu = (bench::cpu_seconds() - cpu) * 1e9 / static_cast<double>(count);
}

Sleepers sleepers(std::size_t count, bool mixed = false) {
  Executor executor;
  Sleepers took;
  heddle::sync_wait(executor, sleep_together(count, mixed, took));
  return took;
}

Task<void> late_sleeper(heddle::Nanoseconds deadline, std::vector<heddle::Nanoseconds>& lateness) {
  co_await heddle::sleep_until(deadline);
  lateness.push_back(Executor::current()->now() - deadline);
}

Task<void> sleep_apart(std::size_t count, std::vector<heddle::Nanoseconds>& lateness) {
  Scope scope;
  const heddle::Nanoseconds first = Executor::current()->now() + 500'000'000;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t spread = i * 2654435761U % count;
    scope.spawn(late_sleeper(first + static_cast<heddle::Nanoseconds>(spread * 1'000'000'000 / count), lateness));
  }
  co_await scope.join();
}

// The 99th percentile, in microseconds, when the sleepers' deadlines are spread over a second.
double lateness(std::size_t count) {
  std::vector<heddle::Nanoseconds> all;
  all.reserve(count);
  Executor executor;
  heddle::sync_wait(executor, sleep_apart(count, all));
  return bench::percentile(all, 0.99) / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  return bench::serve_rows(argc, argv,
                           {{"yield", [](std::size_t n) { return timed(n, yielder); }},
                            {"call", [](std::size_t n) { return timed(n, caller); }},
                            {"spawn", [](std::size_t n) { return timed(n, spawner); }},
                            {"gather", [](std::size_t n) { return timed(n, gatherer); }},
                            {"channel", [](std::size_t n) { return timed(n, channels); }},
                            {"sleeper-bytes", [](std::size_t n) { return sleepers(n).bytes; }},
                            {"sleeper-cpu", [](std::size_t n) { return sleepers(n).cpu; }},
                            {"sleeper-cpu-mixed", [](std::size_t n) { return sleepers(n, true).cpu; }},
                            {"lateness", lateness},
                            {"ping-pong", [](std::size_t n) { return timed(n, ping_pong); }}});
}
