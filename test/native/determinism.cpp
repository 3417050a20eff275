#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/seeded_order.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/manual_clock.hpp"

namespace heddle {

namespace {

Task<void> write_name(std::string& log, char name) {
  for (int i = 0; i < 4; ++i) {
    log += name;
    co_await Executor::yield();
  }
}

std::string order_with(std::optional<std::uint64_t> seed) {
  Executor executor({.seed = seed});
  std::string log;
  const auto body = [](std::string& text) -> Task<void> {
    Scope scope;
    for (const char name : {'a', 'b', 'c', 'd'}) scope.spawn(write_name(text, name));
    co_await scope.join();
  };
  sync_wait(executor, body(log));
  return log;
}

TEST_CASE("Executor: first come, first served, without a seed") { CHECK(order_with({}) == "abcdabcdabcdabcd"); }

TEST_CASE("Executor: a seed decides the order, always the same") {
  CHECK(order_with(1) == order_with(1));
  CHECK(order_with(0) == order_with(0));
  CHECK(order_with(1) != order_with(2));
  CHECK(order_with(1) != order_with({}));
}

TEST_CASE("SeededOrder: the same numbers everywhere") {
  SeededOrder order(7);
  ReadyQueue queue;
  std::vector<Runnable> nodes(8);
  for (Runnable& node : nodes) queue.push(node);
  std::string picked;
  while (!queue.empty() || !order.empty()) picked += static_cast<char>('0' + (&order.pick(queue) - nodes.data()));
  CHECK(picked == "73062541");
}

// An account that two withdraw from: each looks, is suspended, and takes. It is right in the order of the queue, since
// the second looks when the first has finished; another order overdraws it.
class Account {
 public:
  Task<void> withdraw(int amount, int steps) {
    for (int i = 0; i < steps; ++i) co_await Executor::yield();
    if (balance_ < amount) co_return;
    co_await Executor::yield();
    balance_ -= amount;
  }
  [[nodiscard]] int balance() const noexcept { return balance_; }

 private:
  int balance_ = 100;
};

int balance_after(std::optional<std::uint64_t> seed) {
  test::ManualClock clock;
  Executor executor({.clock = &clock, .seed = seed});
  Account account;
  Scope scope;
  scope.spawn_on(executor, account.withdraw(80, 0));
  scope.spawn_on(executor, account.withdraw(80, 3));
  while (scope.live() != 0) executor.poll();
  return account.balance();
}

TEST_CASE("Executor: a race that the usual order hides is found by a seed, and replayed from it") {
  REQUIRE(balance_after({}) == 20);
  std::optional<std::uint64_t> found;
  for (std::uint64_t seed = 0; seed < 100 && !found; ++seed) {
    if (balance_after(seed) < 0) found = seed;
  }
  REQUIRE(found);
  MESSAGE("seed " << *found << " overdraws the account");
  for (int i = 0; i < 10; ++i) CHECK(balance_after(found) == -60);
}

Task<void> sleep_and_write(std::string& log, char name) {
  co_await sleep_for(std::chrono::milliseconds(5));
  log += name;
}

TEST_CASE("Executor: timers on a clock of our own, in an order of our own") {
  const auto run = [](std::uint64_t seed) {
    test::ManualClock clock;
    Executor executor({.clock = &clock, .seed = seed});
    std::string log;
    Scope scope;
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) scope.spawn_on(executor, sleep_and_write(log, name));
    while (scope.live() != 0) {
      if (!executor.poll()) clock.advance(std::chrono::milliseconds(1));
    }
    return log;
  };
  CHECK(run(3) == run(3));
  CHECK(run(3) != run(4));
}

}  // namespace

}  // namespace heddle
