#include <doctest/doctest.h>

#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using host::FaultKind;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

int number_of(const ErrorPtr& error) { return error == nullptr ? kSuccess : error->number; }

}  // namespace

TEST_CASE("a sticky fault rejects all that is pending, on every stream, and is told once") {
  for (const bool staged : {false, true}) {
    CAPTURE(staged);
    OpenOptions options = test::with_slow(Operation::fill, std::chrono::milliseconds(20));
    host::Fault death;
    death.operation = Operation::histogram;
    death.kind = FaultKind::sticky;
    options.host.faults.push_back(death);
    options.host.stage_pageable = staged;
    Bed bed(options);
    const auto dying = bed.stream();
    const auto busy = bed.stream();
    const auto waiting = bed.stream();
    const auto event = bed.device().event();
    const BlockPtr block = bed.alloc(kLarge);
    const BlockPtr counters = bed.alloc(2048);
    std::vector<std::byte> ordinary(kLarge);
    std::vector<test::PendingPtr> pending;
    bed.submit_unwatched(bed.fill(dying, span_of(block), 1, 1));
    pending.push_back(bed.submit(bed.histogram(dying, span_of(counters), span_of(block))));
    pending.push_back(bed.submit(bed.record(dying, event)));
    bed.submit_unwatched(bed.wait(waiting, event));
    pending.push_back(bed.submit(bed.copy(waiting, test::pageable(ordinary), span_of(block))));
    bed.submit_unwatched(bed.wait(busy, event));
    for (int i = 0; i < 200; ++i) pending.push_back(bed.submit(bed.fill(busy, span_of(counters), 1, 1)));
    for (const test::PendingPtr& each : pending) CHECK(number_of(each->get()) == kIllegalAddress);
    CHECK(number_of(bed.lost()) == kIllegalAddress);
    CHECK(event->done());

    // Everything later fails at once, with the same error.
    CHECK(number_of(bed.sync(busy)) == kIllegalAddress);
    CHECK(number_of(bed.sync(bed.stream())) == kIllegalAddress);
    ErrorPtr refused;
    CHECK(bed.alloc(1, &refused) == nullptr);
    CHECK(number_of(refused) == kIllegalAddress);
    test::Promised<ErrorPtr> told;
    bed.device().memory_info([&told](const MemoryUse&, const ErrorPtr& error) { told.set(error); });
    CHECK(number_of(told.get()) == kIllegalAddress);
    bed.close();
    CHECK(bed.times_lost() == 1);
  }
}

TEST_CASE("a device that dies of a call on its slow lane tells its streams") {
  OpenOptions options = test::with_fault(Operation::malloc, FaultKind::sticky, 2);
  options.host.faults.back().number = 719;
  host::Fault slow;
  slow.operation = Operation::fill;
  slow.kind = FaultKind::slow;
  slow.delay = std::chrono::hours(1);
  options.host.faults.push_back(slow);
  Bed bed(options);
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  const test::PendingPtr pending = bed.submit(bed.fill(stream, span_of(block), 1, 1));
  ErrorPtr error;
  CHECK(bed.alloc(64, &error) == nullptr);
  CHECK(number_of(error) == 719);
  CHECK(number_of(pending->get()) == 719);
  CHECK(number_of(bed.lost()) == 719);
}

TEST_CASE("a fault in the midst of nothing is noticed with the next command") {
  Bed bed(test::with_fault(Operation::fill, FaultKind::sticky));
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  CHECK(number_of(bed.lost()) == kIllegalAddress);
  CHECK(number_of(bed.sync(stream)) == kIllegalAddress);
}

TEST_CASE("each driver call that fails once settles everything, and the device closes") {
  for (std::size_t i = 0; i < kOperations; ++i) {
    for (const FaultKind kind : {FaultKind::fail, FaultKind::sticky}) {
      for (const std::uint64_t at : {1, 2, 3}) {
        const auto operation = static_cast<Operation>(i);
        CAPTURE(operation_name(operation));
        CAPTURE(at);
        CAPTURE(static_cast<int>(kind));
        OpenOptions options = test::with_fault(operation, kind, at);
        options.host.inline_bytes = 0;
        options.host.stage_pageable = true;
        Bed bed(options);
        const auto first = bed.stream();
        const auto second = bed.stream();
        const auto event = bed.device().event();
        ErrorPtr error;
        const BlockPtr block = bed.alloc(4096, &error);
        const BlockPtr pinned = bed.pinned(4096, &error);
        std::vector<std::byte> ordinary(2048);
        std::vector<test::PendingPtr> pending;
        // The streams share no bytes: a wait that fails does not hold its stream back.
        if (block != nullptr && pinned != nullptr) {
          for (int round = 0; round < 3; ++round) {
            pending.push_back(bed.submit(bed.fill(first, span_of(block, 0, 2048), 1, 1)));
            pending.push_back(bed.submit(bed.copy(first, span_of(pinned, 0, 2048), span_of(block, 0, 2048))));
            pending.push_back(bed.submit(bed.record(first, event)));
            pending.push_back(bed.submit(bed.wait(second, event)));
            pending.push_back(bed.submit(bed.copy(second, test::pageable(ordinary), span_of(block, 2048, 2048))));
            pending.push_back(
                bed.submit(bed.histogram(second, span_of(pinned, 2048, 2048), span_of(block, 2048, 2048))));
          }
        }
        for (const test::PendingPtr& each : pending) (void)each->get();
        bed.close();
        CHECK(event->done());
        CHECK(first->idle());
        CHECK(second->idle());
      }
    }
  }
}
