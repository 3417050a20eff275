#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "native/channel.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

Task<void> feed(SharedChannel<int>& channel, int count) {
  for (int i = 0; i < count; ++i) {
    const ChannelStatus sent = co_await channel.send(i);
    CHECK(sent == ChannelStatus::ok);
  }
  channel.close();
}

Task<int> drain(SharedChannel<int>& channel) {
  int expected = 0;
  while (const auto number = co_await channel.receive()) {
    CHECK(*number == expected);
    ++expected;
  }
  co_return expected;
}

TEST_CASE("SharedChannel: from one executor to another, in order") {
  constexpr int kCount = 1000;
  for (const std::size_t capacity : {0, 1, 64}) {
    SharedChannel<int> channel(capacity);
    const std::jthread sender([&channel] {
      Executor executor;
      sync_wait(executor, feed(channel, kCount));
    });
    Executor executor;
    CHECK(sync_wait(executor, drain(channel)) == kCount);
  }
}

TEST_CASE("SharedChannel: a plain thread tries and closes") {
  SharedChannel<int> channel(4);
  const std::jthread sender([&channel] {
    for (int i = 0; i < 1000;) {
      if (channel.try_send(int(i)) == ChannelStatus::ok) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
    channel.close();
  });
  Executor executor;
  CHECK(sync_wait(executor, drain(channel)) == 1000);
}

// Any number of senders and receivers on several executors, all of which may be stopped while they wait.
struct Market {
  Market(std::size_t capacity, int of_senders, int each)
      : channel(capacity), seen(static_cast<std::size_t>(of_senders * each)), senders(of_senders) {}
  SharedChannel<std::unique_ptr<int>> channel;
  std::vector<std::atomic<int>> seen;
  std::atomic<int> senders;
  std::atomic<int> kept{0};  // values that came back from a send that was stopped
};

Task<void> sell(Market& market, test::Random& random, int first, int count) {
  for (int number = first; number < first + count;) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(test::stop_after(random.between(0, 10), source));
    auto sending = market.channel.send(std::make_unique<int>(number), source.token());
    const ChannelStatus status = co_await sending;
    if (status == ChannelStatus::ok) {
      ++number;
    } else {
      CHECK(status == ChannelStatus::stopped);
      CHECK(*sending.take_back() == number);
      ++market.kept;
    }
    co_await scope.join();
  }
  if (--market.senders == 0) market.channel.close();
}

Task<void> buy(Market& market, test::Random& random) {
  for (;;) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(test::stop_after(random.between(0, 10), source));
    const auto number = co_await market.channel.receive(source.token());
    if (number) ++market.seen[static_cast<std::size_t>(**number)];
    co_await scope.join();
    if (number.status() == ChannelStatus::closed) co_return;
  }
}

TEST_CASE("SharedChannel: stress, each value is received exactly once") {
  constexpr int kThreads = 3;
  constexpr int kSendersEach = 3;
  constexpr int kEach = test::rounds(200);
  for (std::uint64_t salt = 0; salt < 6; ++salt) {
    CAPTURE(test::Random(salt).seed());
    Market market(salt % 3, kThreads * kSendersEach, kEach);
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&market, salt, i] {
        test::Random random(salt * kThreads + static_cast<std::uint64_t>(i));
        Executor executor;
        std::vector<Task<void>> tasks;
        for (int k = 0; k < kSendersEach; ++k) {
          tasks.push_back(sell(market, random, (i * kSendersEach + k) * kEach, kEach));
          tasks.push_back(buy(market, random));
        }
        sync_wait(executor, test::all_of(std::move(tasks)));
      });
    }
    threads.clear();
    CHECK(std::all_of(market.seen.begin(), market.seen.end(), [](const std::atomic<int>& n) { return n == 1; }));
    CHECK(market.channel.size() == 0);
  }
}

Task<void> take_last(SharedChannel<int>& channel) {
  const auto number = co_await channel.receive();
  CHECK(*number == 5);
}

TEST_CASE("SharedChannel: stress, the receiver destroys it and its executor as soon as it has the value") {
  for (int round = 0; round < test::rounds(500); ++round) {
    auto executor = std::make_unique<Executor>();
    auto channel = std::make_unique<SharedChannel<int>>(0);
    const std::jthread sender([&channel = *channel] {
      while (channel.try_send(5) != ChannelStatus::ok) std::this_thread::yield();
    });
    sync_wait(*executor, take_last(*channel));
    channel.reset();
    executor.reset();
  }
}

}  // namespace

}  // namespace heddle
