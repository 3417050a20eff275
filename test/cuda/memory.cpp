#include "cuda/memory.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <optional>
#include <thread>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

std::pair<std::size_t, std::size_t> free_and_total(Bed& bed) {
  test::Promised<std::pair<std::size_t, std::size_t>> answer;
  bed.device().memory_info([&](const MemoryUse& use, const ErrorPtr& error) {
    CHECK(error == nullptr);
    answer.set({use.free, use.total});
  });
  return answer.get();
}

std::size_t in_use(Bed& bed) {
  const auto [free, total] = free_and_total(bed);
  return total - free;
}

}  // namespace

TEST_CASE("out of memory says what was asked for and what there was") {
  OpenOptions options;
  options.host.memory_limit = kLarge;
  Bed bed(options);
  const BlockPtr block = bed.alloc(kLarge / 2);
  ErrorPtr error;
  CHECK(bed.alloc(kLarge, &error) == nullptr);
  REQUIRE(error != nullptr);
  CHECK(error->number == kMemoryAllocation);
  CHECK(error->operation == "cudaMalloc");
  CHECK(error->arguments == "bytes=1048576 free=524288 total=1048576");
  CHECK_FALSE(error->sticky());
  CHECK(bed.alloc(kLarge / 2) != nullptr);
}

TEST_CASE("an injected failure of an allocation is out of memory") {
  Bed bed(test::with_fault(Operation::malloc_host, host::FaultKind::fail));
  ErrorPtr error;
  CHECK(bed.pinned(100, &error) == nullptr);
  REQUIRE(error != nullptr);
  CHECK(error->number == kMemoryAllocation);
  CHECK(error->operation == "cudaMallocHost");
  CHECK(bed.pinned(100) != nullptr);
}

TEST_CASE("memory is given back after the last reference, whoever drops it") {
  Bed bed;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::thread> threads;
    BlockPtr block = bed.alloc(kLarge);
    for (int i = 0; i < 4; ++i) threads.emplace_back([mine = block]() mutable { mine.reset(); });
    block.reset();
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(in_use(bed) == 0);
}

TEST_CASE("an operation in flight keeps its memory") {
  Bed bed(test::with_slow(Operation::copy, std::chrono::milliseconds(30)));
  const auto stream = bed.stream();
  BlockPtr from = bed.alloc(kLarge);
  BlockPtr to = bed.alloc(kLarge);
  const test::PendingPtr copied = bed.submit(bed.copy(stream, span_of(to), span_of(from)));
  from.reset();
  to.reset();
  CHECK(in_use(bed) == 2 * kLarge);
  CHECK(copied->get() == nullptr);
  CHECK(in_use(bed) == 0);
}

TEST_CASE("an operation that nobody waits for lets go of its memory when it is done") {
  Bed bed;
  const auto stream = bed.stream();
  for (int i = 0; i < 10; ++i) {
    bed.submit_unwatched(bed.copy(stream, span_of(bed.alloc(kLarge)), span_of(bed.alloc(kLarge))));
  }
  while (!stream->idle()) std::this_thread::yield();
  // The count goes up before the command lets go of its memory; what follows on the stream comes after both.
  CHECK(bed.sync(stream) == nullptr);
  CHECK(in_use(bed) == 0);
}

TEST_CASE("pageable memory is kept alive by its hold, and no longer than needed") {
  for (const bool staged : {false, true}) {
    OpenOptions options = test::with_slow(Operation::copy, std::chrono::milliseconds(20));
    options.host.stage_pageable = staged;
    Bed bed(options);
    const auto stream = bed.stream();
    auto owner = std::make_shared<std::vector<std::byte>>(kLarge);
    const std::weak_ptr<std::vector<std::byte>> seen = owner;
    Span source = test::pageable(*owner);
    source.hold = std::move(owner);
    const test::PendingPtr copied = bed.submit(bed.copy(stream, span_of(bed.alloc(kLarge)), std::move(source)));
    CHECK_FALSE(seen.expired());
    CHECK(copied->get() == nullptr);
    CHECK(seen.expired());
  }
}

TEST_CASE("pinned memory outlives its device for who still holds it") {
  Bed bed;
  BlockPtr pinned = bed.pinned(100'000);
  BlockPtr device = bed.alloc(100'000);
  bed.destroy();
  std::memset(pinned->address(), 1, pinned->bytes());
  CHECK(pinned->address()[99'999] == std::byte{1});
  std::thread([last = std::move(pinned)]() mutable { last.reset(); }).join();
  device.reset();
}

TEST_CASE("blocks are dropped while their device closes") {
  for (int round = 0; round < 30; ++round) {
    Bed bed;
    std::vector<BlockPtr> blocks;
    for (int i = 0; i < 20; ++i) blocks.push_back(i % 2 == 0 ? bed.alloc(5000) : bed.pinned(5000));
    std::thread dropper([&blocks] {
      for (BlockPtr& block : blocks) block.reset();
    });
    bed.close();
    dropper.join();
  }
}

TEST_CASE("pools go with their device, with what they keep, whoever still has them") {
  Bed bed;
  test::Promised<PoolPtr> made;
  bed.device().make_pool({.limit = 0, .release_threshold = SIZE_MAX},
                         [&made](PoolPtr pool, const ErrorPtr&) { made.set(std::move(pool)); });
  PoolPtr pool = made.get();
  REQUIRE(pool != nullptr);
  test::Promised<BlockPtr> allocated;
  bed.device().allocate({.space = Space::device, .bytes = 1000, .pool = pool},
                        [&allocated](BlockPtr block, const ErrorPtr&) { allocated.set(std::move(block)); });
  REQUIRE(allocated.get() != nullptr);
  bed.close();
  CHECK(bed.calls(Operation::pool_free) == 1);
  CHECK(bed.calls(Operation::pool_destroy) == 1);
  made.set(nullptr);
  allocated.set(nullptr);
  pool.reset();
  CHECK(bed.calls(Operation::pool_destroy) == 1);
}

TEST_CASE(
    "what is kept for later allocations is given back when somebody asks for that, and the error names the pool") {
  OpenOptions options;
  options.host.prefer_pools = true;
  options.host.memory_limit = std::size_t{8} << 20;
  Bed bed(options);
  const auto reserved = [&bed](std::optional<std::size_t> keep) {
    test::Promised<MemoryUse> told;
    const auto tell = [&told](const MemoryUse& use, const ErrorPtr&) { told.set(use); };
    if (keep) {
      bed.device().trim(*keep, tell);
    } else {
      bed.device().memory_info(tell);
    }
    return told.get().reserved;
  };
  const BlockPtr lives = bed.alloc(1000);
  bed.alloc(std::size_t{1} << 20).reset();
  bed.alloc(std::size_t{2} << 20).reset();
  CHECK(reserved(std::nullopt) == 1000 + (std::size_t{3} << 20));
  CHECK(reserved(std::size_t{1} << 20) == 1000 + (std::size_t{1} << 20));
  CHECK(reserved(0) == 1000);
  ErrorPtr error;
  CHECK(bed.alloc(std::size_t{9} << 20, &error) == nullptr);
  REQUIRE(error != nullptr);
  CHECK(error->operation == "cudaMallocFromPoolAsync");
}
