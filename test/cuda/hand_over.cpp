#include <doctest/doctest.h>

#include <chrono>
#include <cstring>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr int kMany = 3000;

// A driver that blocks, as CUDA does, whoever hands it more than a thousand operations of one stream.
OpenOptions blocking_device(OpenOptions options = {}) {
  options.host.queue_limit = 1000;
  options.host.inline_bytes = 0;
  return options;
}

OpenOptions stuck_device() {
  OpenOptions options = blocking_device(test::with_slow(Operation::fill, std::chrono::hours(10)));
  options.close_timeout = std::chrono::milliseconds(50);
  return options;
}

std::vector<test::PendingPtr> submit_many(Bed& bed, const std::shared_ptr<Stream>& stream, const BlockPtr& block) {
  std::vector<test::PendingPtr> pending;
  for (int i = 0; i < kMany; ++i) {
    Command& command = bed.copy(stream, span_of(block, 0, 8), span_of(block, 8, 8));
    if (i % 3 == 0) {
      pending.push_back(bed.submit(command));
    } else {
      bed.submit_unwatched(command);
    }
  }
  return pending;
}

}  // namespace

TEST_CASE("a stream that was given more than the driver takes does not hold up another") {
  Bed bed(stuck_device());
  const auto stuck = bed.stream();
  const auto other = bed.stream();
  const BlockPtr block = bed.alloc(64);
  const test::PendingPtr endless = bed.submit(bed.fill(stuck, span_of(block), 1, 1));
  const std::vector<test::PendingPtr> behind = submit_many(bed, stuck, block);
  CHECK(bed.run(bed.copy(other, span_of(block, 0, 8), span_of(block, 8, 8))) == nullptr);
  CHECK_FALSE(endless->is_done());
  CHECK_FALSE(stuck->idle());
  const auto start = std::chrono::steady_clock::now();
  bed.close();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  for (const test::PendingPtr& each : behind) {
    REQUIRE(each->is_done());
    REQUIRE(each->get() != nullptr);
    CHECK(each->get()->number == kDeviceClosed);
  }
  CHECK(stuck->idle());
}

TEST_CASE("what waits for room is done in order, also across streams") {
  Bed bed(blocking_device());
  const auto first = bed.stream();
  const auto second = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(8);
  for (int i = 0; i < kMany; ++i) bed.submit_unwatched(bed.fill(first, span_of(block), static_cast<unsigned>(i), 8));
  bed.submit_unwatched(bed.record(first, event));
  bed.submit_unwatched(bed.wait(second, event));
  const BlockPtr seen = bed.alloc(8);
  CHECK(bed.run(bed.copy(second, span_of(seen), span_of(block))) == nullptr);
  std::uint64_t last = 0;
  std::memcpy(&last, bed.contents(span_of(seen)).data(), sizeof last);
  CHECK(last == kMany - 1);
}

TEST_CASE("close lets finish what waits only for room") {
  Bed bed(blocking_device(test::with_slow(Operation::fill, std::chrono::milliseconds(20))));
  const auto first = bed.stream();
  const auto second = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(64);
  const test::PendingPtr slow = bed.submit(bed.fill(first, span_of(block), 1, 1));
  const std::vector<test::PendingPtr> behind = submit_many(bed, first, block);
  bed.submit_unwatched(bed.record(first, event));
  bed.submit_unwatched(bed.wait(second, event));
  const test::PendingPtr across = bed.submit(bed.copy(second, span_of(block, 0, 8), span_of(block, 8, 8)));
  bed.close();
  CHECK(slow->get() == nullptr);
  for (const test::PendingPtr& each : behind) {
    REQUIRE(each->is_done());
    CHECK(each->get() == nullptr);
  }
  REQUIRE(across->is_done());
  CHECK(across->get() == nullptr);
}

TEST_CASE("what waits for the turn of something that a close rejects has its call back, too") {
  OpenOptions options = blocking_device(test::with_slow(Operation::fill, std::chrono::milliseconds(50)));
  options.host.stage_pageable = true;
  Bed bed(options);
  const auto first = bed.stream();
  const auto second = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(64);
  std::vector<std::byte> ordinary(64);
  const test::PendingPtr slow = bed.submit(bed.fill(first, span_of(block), 1, 1));
  const std::vector<test::PendingPtr> behind = submit_many(bed, first, block);
  const test::PendingPtr staged = bed.submit(bed.copy(first, test::pageable(ordinary), span_of(block)));
  const test::PendingPtr recorded = bed.submit(bed.record(first, event));
  const test::PendingPtr waited = bed.submit(bed.wait(second, event));
  bed.close();
  CHECK(slow->get() == nullptr);
  CHECK(behind.back()->get() == nullptr);
  for (const test::PendingPtr& each : {staged, recorded, waited}) {
    REQUIRE(each->is_done());
    REQUIRE(each->get() != nullptr);
    CHECK(each->get()->number == kDeviceClosed);
  }
  CHECK(event->done());
}

TEST_CASE("a device that dies rejects what waits for room") {
  OpenOptions options = blocking_device(test::with_slow(Operation::fill, std::chrono::milliseconds(20)));
  host::Fault dies;
  dies.operation = Operation::copy;
  dies.kind = host::FaultKind::sticky;
  options.host.faults.push_back(dies);
  Bed bed(options);
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  const std::vector<test::PendingPtr> behind = submit_many(bed, stream, block);
  for (const test::PendingPtr& each : behind) {
    REQUIRE(each->get() != nullptr);
    CHECK(each->get()->number == kIllegalAddress);
  }
  CHECK(bed.times_lost() == 1);
}
