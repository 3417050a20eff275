#include "native/wake_event.hpp"

#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <type_traits>
#include <vector>

#include "native/inbox.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

bool readable(const WakeEvent& event, int timeout_ms = 0) {
  pollfd wait{.fd = event.fd(), .events = POLLIN, .revents = 0};
  return poll(&wait, 1, timeout_ms) == 1;
}

TEST_CASE("WakeEvent: readable from notify to clear") {
  WakeEvent event;
  CHECK(!readable(event));
  event.clear();
  event.notify();
  CHECK(readable(event));
  for (int i = 0; i < 100; ++i) event.notify();
  event.clear();
  CHECK(!readable(event));
  event.notify();
  CHECK(readable(event));
}

TEST_CASE("WakeEvent: who watches is told without the descriptor, until it does not watch any more") {
  WakeEvent event;
  REQUIRE(event.watch());
  CHECK(!event.notified());
  CHECK(!event.unwatch());
  REQUIRE(event.watch());
  event.notify();
  event.notify();
  CHECK(event.notified());
  CHECK(!readable(event));
  CHECK(event.unwatch());
  CHECK(!readable(event));
  event.notify();
  CHECK(readable(event));
  CHECK(!event.watch());  // there is something already
  event.clear();
  CHECK(!readable(event));
}

struct Item {
  Item* next = nullptr;
};

// The waiter sleeps as soon as it finds nothing. A wake that got lost is a sleep without end.
TEST_CASE_TEMPLATE("WakeEvent: no notification is lost under many producers", Watches, std::true_type,
                   std::false_type) {
  constexpr int kProducers = 3;
  const int each = test::rounds(200'000);
  WakeEvent event;
  Inbox<Item> inbox;
  std::vector<std::vector<Item>> items(kProducers);
  for (auto& own : items) own = std::vector<Item>(static_cast<std::size_t>(each));
  std::vector<std::jthread> producers;
  for (auto& own : items) {
    producers.emplace_back([&event, &inbox, &own] {
      for (Item& item : own) {
        inbox.push(item);
        event.notify();
      }
    });
  }
  for (int left = kProducers * each; left > 0;) {
    event.clear();
    Item* item = inbox.take_all();
    if (item == nullptr) {
      // Watched for so short that most notifications come before, at the end, or after.
      if (Watches::value && event.watch() && event.unwatch()) continue;
      REQUIRE(readable(event, 20'000));
    }
    for (; item != nullptr; item = item->next) --left;
  }
  producers.clear();
  event.clear();
  CHECK(!readable(event));
}

// One item at a time, so that every notify() meets a waiter that is about to sleep or about to clear.
TEST_CASE("WakeEvent: notify races with clear, one item at a time") {
  const int total = test::rounds(30'000);
  WakeEvent event;
  std::atomic<int> sent{0};
  std::atomic<int> taken{0};
  std::jthread producer([&] {
    for (int i = 1; i <= total; ++i) {
      sent.store(i, std::memory_order_relaxed);  // notify() publishes it
      event.notify();
      if (i % 3 == 0) event.notify();
      while (taken.load(std::memory_order_acquire) < i) std::this_thread::yield();
    }
  });
  for (int seen = 0; seen < total;) {
    event.clear();
    const int now = sent.load(std::memory_order_relaxed);
    if (now == seen) {
      REQUIRE(readable(event, 20'000));
      continue;
    }
    seen = now;
    taken.store(seen, std::memory_order_release);
  }
  producer.join();
  event.clear();
  CHECK(!readable(event));
}

}  // namespace

}  // namespace heddle
