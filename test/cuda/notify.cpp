#include <doctest/doctest.h>

#include <thread>

#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{256} << 10;

// No work is done by the thread that enqueues it, as on a GPU.
OpenOptions nothing_inline() {
  OpenOptions options;
  options.host.inline_bytes = 0;
  return options;
}

}  // namespace

TEST_CASE("a hundred commands and one that notifies cost two events and one call back") {
  Bed bed(nothing_inline());
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  REQUIRE(bed.sync(stream) == nullptr);
  const std::uint64_t events = bed.calls(Operation::event_record);
  std::vector<Command*> batch;
  for (int i = 0; i < 100; ++i) batch.push_back(&bed.fill(stream, span_of(block), 1, 1));
  Command& last = bed.notify(stream);
  const test::PendingPtr pending = bed.watch(last);
  batch.push_back(&last);
  bed.device().submit(batch);
  CHECK(pending->get() == nullptr);
  // One for the command that notifies, and one checkpoint, so that memory is not held for ever.
  CHECK(bed.calls(Operation::event_record) - events == 2);
  CHECK(stream->idle());
}

TEST_CASE("what is done at once costs no event at all") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  for (int i = 0; i < 100; ++i) {
    bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
    CHECK(bed.run(bed.fill(stream, span_of(block), 2, 1)) == nullptr);
  }
  CHECK(bed.calls(Operation::event_create) == 0);
  CHECK(bed.calls(Operation::event_record) == 0);
}

TEST_CASE("commands that nobody waits for are recycled all the same") {
  Bed bed(nothing_inline());
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  for (int round = 0; round < 50; ++round) {
    std::vector<Command*> batch;
    for (int i = 0; i < 20; ++i) batch.push_back(&bed.fill(stream, span_of(block), 1, 1));
    bed.device().submit(batch);
    while (!stream->idle()) std::this_thread::yield();
  }
  CHECK(bed.pool().made() <= 64);
}

TEST_CASE("a stream that was never used is done at once") {
  Bed bed;
  const auto stream = bed.stream();
  CHECK(stream->idle());
  CHECK(bed.sync(stream) == nullptr);
}

TEST_CASE("a stream is idle when all that was submitted has been done") {
  Bed bed(test::with_slow(Operation::fill, std::chrono::milliseconds(20)));
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  CHECK_FALSE(stream->idle());
  CHECK(bed.sync(stream) == nullptr);
  CHECK(stream->idle());
}

TEST_CASE("ten thousand commands at once all end") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  std::vector<test::PendingPtr> pending;
  for (int i = 0; i < 10'000; ++i) {
    pending.push_back(bed.submit(bed.fill(stream, span_of(block, 0, i % 100 == 0 ? kLarge : 8), 1, 1)));
  }
  for (const test::PendingPtr& each : pending) REQUIRE(each->get() == nullptr);
}
