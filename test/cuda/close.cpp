#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

}  // namespace

TEST_CASE("close lets what is in flight finish") {
  Bed bed(test::with_slow(Operation::fill, std::chrono::milliseconds(50)));
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  const test::PendingPtr slow = bed.submit(bed.fill(stream, span_of(block), 1, 1));
  const test::PendingPtr behind = bed.submit(bed.notify(stream));
  bed.close();
  REQUIRE(slow->is_done());
  CHECK(slow->get() == nullptr);
  REQUIRE(behind->is_done());
  CHECK(behind->get() == nullptr);
}

TEST_CASE("close is bounded when work never ends, and everything has its call back") {
  OpenOptions options = test::with_slow(Operation::fill, std::chrono::hours(10));
  options.close_timeout = std::chrono::milliseconds(50);
  Bed bed(options);
  const auto stream = bed.stream();
  const auto other = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(64);
  std::vector<test::PendingPtr> pending;
  pending.push_back(bed.submit(bed.fill(stream, span_of(block), 1, 1)));
  pending.push_back(bed.submit(bed.record(stream, event)));
  pending.push_back(bed.submit(bed.wait(other, event)));
  for (int i = 0; i < 300; ++i) pending.push_back(bed.submit(bed.copy(other, span_of(block), span_of(block))));
  const auto start = std::chrono::steady_clock::now();
  bed.close();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  for (const test::PendingPtr& each : pending) {
    REQUIRE(each->is_done());
    REQUIRE(each->get() != nullptr);
    CHECK(each->get()->number == kDeviceClosed);
  }
  CHECK(event->done());
}

TEST_CASE("close is bounded when a free never returns") {
  OpenOptions options = test::with_slow(Operation::free_host, std::chrono::seconds(5));
  options.close_timeout = std::chrono::milliseconds(50);
  Bed bed(options);
  bed.pinned(64).reset();
  while (bed.calls(Operation::free_host) == 0) std::this_thread::yield();
  const auto start = std::chrono::steady_clock::now();
  bed.close();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
}

TEST_CASE("what queues behind a free that never returns is answered when the device had its time") {
  OpenOptions options = test::with_slow(Operation::free_host, std::chrono::seconds(5));
  host::Fault slow;
  slow.operation = Operation::fill;
  slow.kind = host::FaultKind::slow;
  slow.delay = std::chrono::hours(1);
  options.host.faults.push_back(slow);
  options.host.stage_pageable = true;
  options.close_timeout = std::chrono::milliseconds(50);
  Bed bed(options);
  const auto stuck = bed.stream();
  const BlockPtr block = bed.alloc(64);
  const BlockPtr dropped = bed.alloc(64);
  std::vector<std::byte> ordinary(64);
  bed.pinned(64).reset();
  while (bed.calls(Operation::free_host) == 0) std::this_thread::yield();
  const test::PendingPtr endless = bed.submit(bed.fill(stuck, span_of(block), 1, 1));
  // The staging ring is allocated behind the free.
  const test::PendingPtr staged = bed.submit(bed.copy(bed.stream(), span_of(block), test::pageable(ordinary)));
  test::Promised<ErrorPtr> allocated;
  bed.device().alloc(64, [&allocated](BlockPtr, const ErrorPtr& error) { allocated.set(error); });
  const auto start = std::chrono::steady_clock::now();
  bed.close();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
  REQUIRE(allocated.is_set());
  for (const ErrorPtr& error : {allocated.get(), staged->get(), endless->get()}) {
    REQUIRE(error != nullptr);
    CHECK(error->number == kDeviceClosed);
  }
}

TEST_CASE("after close everything is refused, on the spot") {
  Bed bed;
  const auto stream = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.pinned(64);
  bed.close();
  const test::PendingPtr late = bed.submit(bed.record(stream, event));
  REQUIRE(late->is_done());
  CHECK(late->get()->number == kDeviceClosed);
  CHECK(event->done());
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  CHECK(stream->idle());
  ErrorPtr error;
  CHECK(bed.alloc(1, &error) == nullptr);
  CHECK(error->number == kDeviceClosed);
  bool told = false;
  bed.device().close([&told] { told = true; });
  CHECK(told);
}

TEST_CASE("a device may be destroyed with work of every kind in flight") {
  for (int round = 0; round < 40; ++round) {
    OpenOptions options;
    options.host.stage_pageable = round % 2 == 0;
    options.host.inline_bytes = round % 3 == 0 ? 0 : 65536;
    std::vector<test::PendingPtr> pending;
    std::vector<std::byte> ordinary(kLarge);
    {
      Bed bed(options);
      const auto first = bed.stream();
      const auto second = bed.stream();
      const auto event = bed.device().event();
      const auto back = bed.device().event();
      const BlockPtr block = bed.alloc(kLarge);
      for (int i = 0; i < 5; ++i) {
        bed.submit_unwatched(bed.wait(first, back));
        bed.submit_unwatched(bed.copy(first, span_of(block), test::pageable(ordinary)));
        pending.push_back(bed.submit(bed.record(first, event)));
        bed.submit_unwatched(bed.wait(second, event));
        pending.push_back(bed.submit(bed.copy(second, test::pageable(ordinary), span_of(block))));
        bed.submit_unwatched(bed.record(second, back));
      }
      bed.device().alloc(kLarge, [](BlockPtr, const ErrorPtr&) {});
      bed.destroy();
      for (const test::PendingPtr& each : pending) REQUIRE(each->is_done());
      pending.clear();
    }
  }
}

TEST_CASE("streams and events outlive their device") {
  std::shared_ptr<Stream> stream;
  std::shared_ptr<Event> event;
  {
    Bed bed;
    stream = bed.stream();
    event = bed.device().event();
    bed.submit_unwatched(bed.record(stream, event));
    CHECK(bed.sync(stream) == nullptr);
  }
  CHECK(stream->idle());
  CHECK(event->done());
}

TEST_CASE("streams and events are dropped by other threads, in use and not") {
  Bed bed;
  const BlockPtr block = bed.alloc(kLarge);
  for (int round = 0; round < 50; ++round) {
    auto first = bed.stream();
    auto second = bed.stream();
    auto event = bed.device().event();
    bed.submit_unwatched(bed.fill(first, span_of(block), 1, 1));
    bed.submit_unwatched(bed.record(first, event));
    bed.submit_unwatched(bed.wait(second, event));
    const test::PendingPtr done = bed.submit(bed.fill(second, span_of(block), 2, 1));
    std::thread dropper([a = std::move(first), b = std::move(event)]() mutable {
      a.reset();
      b.reset();
    });
    second.reset();
    CHECK(done->get() == nullptr);
    dropper.join();
  }
  bed.close();
  CHECK(bed.calls(Operation::stream_create) == 100);
  CHECK(bed.calls(Operation::stream_destroy) == 100);
  CHECK(bed.calls(Operation::event_create) == bed.calls(Operation::event_destroy));
}

TEST_CASE("a device is closed while other threads submit") {
  for (int round = 0; round < 20; ++round) {
    Bed bed;
    const auto stream = bed.stream();
    const BlockPtr block = bed.alloc(64);
    std::atomic<int> ended{0};
    constexpr int kCommands = 2000;
    // The pool belongs to this thread, so it has made all commands before the other submits them.
    std::vector<Command*> commands;
    for (int i = 0; i < kCommands; ++i) {
      Command& command = bed.fill(stream, span_of(block), 1, 1);
      command.notify = true;
      command.context = &ended;
      command.done = [](Command& done) noexcept {
        auto& count = *static_cast<std::atomic<int>*>(done.context);
        done.pool->give_back(done);
        ++count;
      };
      commands.push_back(&command);
    }
    std::thread submitter([&] {
      for (Command* command : commands) bed.device().submit(*command);
    });
    bed.close();
    submitter.join();
    CHECK(ended.load() == kCommands);
  }
}
