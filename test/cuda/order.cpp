#include <doctest/doctest.h>

#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;  // too much to be done by the thread that enqueues it

OpenOptions slow_first_copy(bool staged) {
  OpenOptions options = test::with_slow(Operation::copy, std::chrono::milliseconds(30));
  options.host.stage_pageable = staged;
  return options;
}

}  // namespace

TEST_CASE("the commands of a stream take effect in order") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  for (std::uint64_t value = 0; value < 200; ++value) {
    // Some of these are done by the enqueueing thread, some by the stream's.
    const std::size_t bytes = value % 3 == 0 ? kLarge : 64;
    bed.submit_unwatched(bed.fill(stream, span_of(block, 0, bytes), value, 1));
  }
  CHECK(bed.sync(stream) == nullptr);
  CHECK(bed.contents(span_of(block, 0, 1))[0] == std::byte{199});
}

TEST_CASE("notifications come in the order of the stream") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  std::vector<int> order;  // written on the device's thread alone
  struct Note {
    std::vector<int>* order;
    int number;
  };
  std::vector<Note> notes(50);
  std::vector<Command*> batch;
  for (int i = 0; i < 50; ++i) {
    notes[static_cast<std::size_t>(i)] = {&order, i};
    Command& command = bed.fill(stream, span_of(block, 0, i % 2 == 0 ? kLarge : 8), 1, 1);
    command.notify = true;
    command.context = &notes[static_cast<std::size_t>(i)];
    command.done = [](Command& done) noexcept {
      const auto& note = *static_cast<Note*>(done.context);
      note.order->push_back(note.number);
      done.pool->give_back(done);
    };
    batch.push_back(&command);
  }
  bed.device().submit(batch);
  CHECK(bed.sync(stream) == nullptr);
  REQUIRE(order.size() == 50);
  for (int i = 0; i < 50; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a wait holds back its own stream until the record is reached, and no other") {
  for (const bool staged : {false, true}) {
    CAPTURE(staged);
    Bed bed(slow_first_copy(staged));
    const auto first = bed.stream();
    const auto second = bed.stream();
    const auto third = bed.stream();
    const auto event = bed.device().event();
    const BlockPtr block = bed.alloc(kLarge);
    const BlockPtr copied = bed.alloc(kLarge);
    std::vector<std::byte> original = test::some_bytes(kLarge);
    CHECK(event->done());
    bed.submit_unwatched(bed.copy(first, span_of(block), test::pageable(original)));
    bed.submit_unwatched(bed.record(first, event));
    CHECK_FALSE(event->done());
    bed.submit_unwatched(bed.wait(second, event));
    const test::PendingPtr end = bed.submit(bed.copy(second, span_of(copied), span_of(block)));
    CHECK(bed.sync(third) == nullptr);
    CHECK(end->get() == nullptr);
    CHECK(event->done());
    CHECK(bed.contents(span_of(copied)) == original);
  }
}

TEST_CASE("a wait finds the record before it in program order, also when that is still held up in its own stream") {
  Bed bed(slow_first_copy(true));
  const auto first = bed.stream();
  const auto second = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(kLarge);
  const BlockPtr copied = bed.alloc(kLarge);
  std::vector<std::byte> original = test::some_bytes(kLarge);
  std::vector<std::byte> result(kLarge);
  // The staged copy pauses `first`, so its record waits, so the wait has nothing to wait for on the device
  // yet.
  for (int round = 0; round < 3; ++round) {
    bed.submit_unwatched(bed.copy(first, span_of(block), test::pageable(original)));
    bed.submit_unwatched(bed.copy(first, test::pageable(result), span_of(block)));
    bed.submit_unwatched(bed.record(first, event));
    bed.submit_unwatched(bed.wait(second, event));
    bed.submit_unwatched(bed.copy(second, span_of(copied), test::pageable(result)));
    bed.submit_unwatched(bed.record(second, event));
    bed.submit_unwatched(bed.wait(first, event));
  }
  CHECK(bed.sync(first) == nullptr);
  CHECK(bed.contents(span_of(copied)) == original);
}

TEST_CASE("a later record of an event does not hide the earlier") {
  Bed bed(slow_first_copy(false));
  const auto first = bed.stream();
  const auto second = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(kLarge);
  bed.submit_unwatched(bed.copy(first, span_of(block), span_of(bed.alloc(kLarge))));
  bed.submit_unwatched(bed.record(first, event));
  const test::PendingPtr again = bed.submit(bed.record(second, event));
  CHECK(again->get() == nullptr);
  CHECK(bed.sync(first) == nullptr);
  CHECK(event->done());
}

TEST_CASE("a chain of streams, each waiting for the one before") {
  Bed bed;
  constexpr std::size_t kStreams = 8;
  std::vector<std::shared_ptr<Stream>> streams;
  for (std::size_t i = 0; i < kStreams; ++i) streams.push_back(bed.stream());
  const BlockPtr block = bed.alloc(kStreams * kLarge);
  std::vector<std::byte> original = test::some_bytes(kLarge);
  bed.submit_unwatched(bed.copy(streams[0], span_of(block, 0, kLarge), test::pageable(original)));
  for (std::size_t i = 1; i < kStreams; ++i) {
    const auto event = bed.device().event();
    bed.submit_unwatched(bed.record(streams[i - 1], event));
    bed.submit_unwatched(bed.wait(streams[i], event));
    bed.submit_unwatched(
        bed.copy(streams[i], span_of(block, i * kLarge, kLarge), span_of(block, (i - 1) * kLarge, kLarge)));
  }
  CHECK(bed.sync(streams.back()) == nullptr);
  CHECK(bed.contents(span_of(block, (kStreams - 1) * kLarge, kLarge)) == original);
}
