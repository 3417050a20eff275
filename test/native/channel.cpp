#include "native/channel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "native/scope.hpp"
#include "native/when_all.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::Counted;
using test::pass_turns;
using test::stop_after;

template <class Channel>
Task<ChannelStatus> send(Channel& channel, int number, StopToken stop = {}) {
  co_return co_await channel.send(Counted(number), stop);
}

template <class Channel>
Task<void> send_all(Channel& channel, int count) {
  for (int i = 0; i < count; ++i) {
    const ChannelStatus sent = co_await channel.send(Counted(i));
    CHECK(sent == ChannelStatus::ok);
  }
  channel.close();
}

template <class Channel>
Task<std::vector<int>> receive_all(Channel& channel) {
  std::vector<int> numbers;
  while (auto value = co_await channel.receive()) numbers.push_back(value->number());
  co_return numbers;
}

template <class Channel>
Task<ChannelStatus> receive_status(Channel& channel, StopToken stop = {}) {
  const auto value = co_await channel.receive(stop);
  co_return value.status();
}

template <class Channel>
Task<void> stream(Channel& channel) {
  auto [sent, numbers] = co_await when_all(send_all(channel, 100), receive_all(channel));
  CHECK(numbers.size() == 100);
  CHECK(std::is_sorted(numbers.begin(), numbers.end()));
  CHECK(channel.closed());
}

TEST_CASE_TEMPLATE("Channel: values arrive in order, then the end", Any, Channel<Counted>, SharedChannel<Counted>) {
  test::Simulation simulation;
  for (const std::size_t capacity : {0, 1, 3, 1000}) {
    Any channel(capacity);
    CHECK(channel.capacity() == capacity);
    simulation.run(stream(channel));
  }
  CHECK(Counted::live() == 0);
}

TEST_CASE_TEMPLATE("Channel: trying never waits, and takes a value only when it is sent", Any, Channel<Counted>,
                   SharedChannel<Counted>) {
  Any channel(1);
  Counted first(1);
  Counted second(2);
  CHECK(channel.try_receive().status() == ChannelStatus::would_wait);
  CHECK(channel.try_send(std::move(first)) == ChannelStatus::ok);
  CHECK(first.empty());
  CHECK(channel.size() == 1);
  CHECK(channel.try_send(std::move(second)) == ChannelStatus::would_wait);
  CHECK(second.number() == 2);
  channel.close();
  CHECK(channel.try_send(std::move(second)) == ChannelStatus::closed);
  CHECK(second.number() == 2);
  auto received = channel.try_receive();
  CHECK(received.status() == ChannelStatus::ok);
  REQUIRE(received);
  CHECK(received->number() == 1);
  CHECK(Counted(*std::move(received)).number() == 1);
  CHECK(channel.try_receive().status() == ChannelStatus::closed);
}

TEST_CASE("Channel: what is left goes with it") {
  {
    Channel<Counted> channel(3);
    CHECK(channel.try_send(Counted(1)) == ChannelStatus::ok);
    CHECK(channel.try_send(Counted(2)) == ChannelStatus::ok);
    CHECK(Counted::live() == 2);
  }
  CHECK(Counted::live() == 0);
}

template <class Channel>
Task<void> press(Channel& channel, std::size_t capacity) {
  Scope scope;
  for (int i = 0; i < 10; ++i) scope.spawn(send(channel, i));
  co_await pass_turns(3);
  CHECK(scope.live() == 10 - capacity);
  CHECK(channel.size() == capacity);
  for (int i = 0; i < 10; ++i) {
    const auto value = channel.try_receive();
    CHECK(value.status() == ChannelStatus::ok);
    co_await pass_turns(2);
    CHECK(scope.live() == static_cast<std::size_t>(std::max(0, 9 - i - static_cast<int>(capacity))));
  }
  co_await scope.join();
}

TEST_CASE_TEMPLATE("Channel: senders wait while there is no room", Any, Channel<Counted>, SharedChannel<Counted>) {
  test::Simulation simulation;
  for (const std::size_t capacity : {0, 1, 4}) {
    Any channel(capacity);
    simulation.run(press(channel, capacity));
  }
}

template <class Channel>
Task<void> close_on_senders(Channel& channel) {
  channel.close();
  channel.close();
  co_return;
}

template <class Channel>
Task<void> close_while_waiting(Channel& channel) {
  auto [first, second, third, closed] =
      co_await when_all(send(channel, 1), send(channel, 2), send(channel, 3), close_on_senders(channel));
  CHECK(first == ChannelStatus::ok);
  CHECK(second == ChannelStatus::closed);
  CHECK(third == ChannelStatus::closed);
  const auto value = co_await channel.receive();
  CHECK(value.status() == ChannelStatus::ok);
  const auto end = co_await channel.receive();
  CHECK(end.status() == ChannelStatus::closed);
}

TEST_CASE_TEMPLATE("Channel: a close sends waiting senders away, what was sent is still received", Any,
                   Channel<Counted>, SharedChannel<Counted>) {
  test::Simulation simulation;
  Any channel(1);
  simulation.run(close_while_waiting(channel));
  CHECK(Counted::live() == 0);
}

template <class Channel>
Task<void> close_on_receivers(Channel& channel) {
  auto [first, second, closed] =
      co_await when_all(receive_status(channel), receive_status(channel), close_on_senders(channel));
  CHECK(first == ChannelStatus::closed);
  CHECK(second == ChannelStatus::closed);
}

TEST_CASE_TEMPLATE("Channel: a close ends all waiting receivers", Any, Channel<Counted>, SharedChannel<Counted>) {
  test::Simulation simulation;
  Any channel(0);
  simulation.run(close_on_receivers(channel));
}

template <class Channel>
Task<void> use_stopped(Channel& channel) {
  StopSource source;
  source.request_stop();
  auto sending = channel.send(Counted(1), source.token());
  const ChannelStatus sent = co_await sending;
  CHECK(sent == ChannelStatus::stopped);
  CHECK(sending.take_back().number() == 1);
  CHECK(channel.size() == 0);
  const ChannelStatus filled = channel.try_send(Counted(2));
  CHECK(filled == ChannelStatus::ok);
  const auto received = co_await channel.receive(source.token());
  CHECK(received.status() == ChannelStatus::stopped);
  CHECK(channel.size() == 1);
}

TEST_CASE_TEMPLATE("Channel: a stop that came before sends and receives nothing", Any, Channel<Counted>,
                   SharedChannel<Counted>) {
  test::Simulation simulation;
  Any channel(1);
  simulation.run(use_stopped(channel));
}

template <class Channel>
Task<void> stop_sender(Channel& channel, bool receive_first) {
  StopSource source;
  Scope scope;
  ChannelStatus sent = ChannelStatus::would_wait;
  const auto keep = [](Task<ChannelStatus> task, ChannelStatus& into) -> Task<void> {
    into = co_await std::move(task);
  };
  scope.spawn(keep(send(channel, 1, source.token()), sent));
  co_await pass_turns(1);
  ChannelStatus received = ChannelStatus::would_wait;
  if (receive_first) received = channel.try_receive().status();
  source.request_stop();
  if (!receive_first) received = channel.try_receive().status();
  co_await scope.join();
  CHECK(sent == (receive_first ? ChannelStatus::ok : ChannelStatus::stopped));
  CHECK(received == (receive_first ? ChannelStatus::ok : ChannelStatus::would_wait));
}

template <class Channel>
Task<void> stop_receiver(Channel& channel, bool send_first) {
  StopSource source;
  Scope scope;
  ChannelStatus received = ChannelStatus::would_wait;
  const auto keep = [](Task<ChannelStatus> task, ChannelStatus& into) -> Task<void> {
    into = co_await std::move(task);
  };
  scope.spawn(keep(receive_status(channel, source.token()), received));
  co_await pass_turns(1);
  ChannelStatus sent = ChannelStatus::would_wait;
  if (send_first) sent = channel.try_send(Counted(1));
  source.request_stop();
  if (!send_first) sent = channel.try_send(Counted(1));
  co_await scope.join();
  CHECK(received == (send_first ? ChannelStatus::ok : ChannelStatus::stopped));
  CHECK(sent == (send_first ? ChannelStatus::ok : ChannelStatus::would_wait));
}

TEST_CASE_TEMPLATE("Channel: of a value and a stop, the first decides, and the value is never lost", Any,
                   Channel<Counted>, SharedChannel<Counted>) {
  test::Simulation simulation;
  for (const bool first : {true, false}) {
    Any channel(0);
    simulation.run(stop_sender(channel, first));
    simulation.run(stop_receiver(channel, first));
  }
  CHECK(Counted::live() == 0);
}

// Any number of senders and receivers, all of which may be stopped while they wait.
struct Market {
  explicit Market(std::size_t capacity) : channel(capacity) {}
  Channel<std::unique_ptr<int>> channel;
  std::vector<int> seen;
  int senders = 0;
  int sent = 0;
};

Task<void> sell(Market& market, test::Random& random, int first, int count) {
  for (int number = first; number < first + count;) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(stop_after(random.between(0, 10), source));
    auto sending = market.channel.send(std::make_unique<int>(number), source.token());
    const ChannelStatus status = co_await sending;
    if (status == ChannelStatus::ok) {
      ++market.sent;
      ++number;
    } else {
      CHECK(status == ChannelStatus::stopped);
      CHECK(*sending.take_back() == number);
    }
    if (random.one_in(4)) co_await Executor::yield();
    co_await scope.join();
  }
  if (--market.senders == 0) market.channel.close();
}

Task<void> buy(Market& market, test::Random& random) {
  for (;;) {
    StopSource source;
    Scope scope;
    if (random.one_in(3)) scope.spawn(stop_after(random.between(0, 10), source));
    const auto number = co_await market.channel.receive(source.token());
    if (number) market.seen[static_cast<std::size_t>(**number)]++;
    if (random.one_in(4)) co_await Executor::yield();
    co_await scope.join();
    if (number.status() == ChannelStatus::closed) co_return;
  }
}

TEST_CASE("Channel: stress, each value is received exactly once") {
  constexpr int kEach = 100;
  test::Simulation simulation;
  for (std::uint64_t salt = 0; salt < 12; ++salt) {
    test::Random random(salt);
    CAPTURE(random.seed());
    Market market(random.between<std::size_t>(0, 4));
    market.senders = random.between(1, 8);
    market.seen.resize(static_cast<std::size_t>(market.senders * kEach));
    std::vector<Task<void>> tasks;
    for (int i = 0; i < market.senders; ++i) tasks.push_back(sell(market, random, i * kEach, kEach));
    for (int i = random.between(1, 8); i > 0; --i) tasks.push_back(buy(market, random));
    simulation.run(test::all_of(std::move(tasks)));
    CHECK(market.sent == static_cast<int>(market.seen.size()));
    CHECK(std::all_of(market.seen.begin(), market.seen.end(), [](int count) { return count == 1; }));
    CHECK(market.channel.size() == 0);
  }
}

}  // namespace

}  // namespace heddle
