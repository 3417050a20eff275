#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cuda/library.hpp"
#include "test/cuda/support/bed.hpp"
#include "test/cuda/support/load_bed.hpp"

// Calls of a driver that do not return, as far as a device that closes can tell.
using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::chrono::seconds kNever{4};
constexpr std::chrono::seconds kSoon{3};

OpenOptions stuck_in(Operation operation, std::chrono::milliseconds delay = kNever) {
  OpenOptions options = test::with_slow(operation, delay);
  options.close_timeout = std::chrono::milliseconds(50);
  return options;
}

void wait_for_call(const Bed& bed, Operation operation) {
  while (bed.calls(operation) == 0) std::this_thread::yield();
}

// What a question was answered, and how often. Whoever answers late may be left behind when the test is over.
struct Answer {
  std::atomic<int> times{0};
  test::Promised<int> number;

  void set(const ErrorPtr& error) {
    if (times.fetch_add(1) == 0) number.set(error == nullptr ? kSuccess : error->number);
  }
};

void close_soon(Bed& bed) {
  const auto start = std::chrono::steady_clock::now();
  bed.close();
  CHECK(std::chrono::steady_clock::now() - start < kSoon);
}

}  // namespace

TEST_CASE("an allocation that does not return is answered when the device closes, with those behind it") {
  Bed bed(stuck_in(Operation::malloc));
  REQUIRE(bed.opened() == nullptr);
  const auto stuck = std::make_shared<Answer>();
  const auto behind = std::make_shared<Answer>();
  bed.device().alloc(64, [stuck](BlockPtr, const ErrorPtr& error) { stuck->set(error); });
  bed.device().memory_info([behind](const MemoryUse&, const ErrorPtr& error) { behind->set(error); });
  wait_for_call(bed, Operation::malloc);
  close_soon(bed);
  CHECK(stuck->number.get() == kDeviceClosed);
  CHECK(behind->number.get() == kDeviceClosed);
}

TEST_CASE("a call that returns after all is not answered again, and what it made is given back") {
  const auto answer = std::make_shared<Answer>();
  Bed bed(stuck_in(Operation::malloc, std::chrono::milliseconds(1500)));
  REQUIRE(bed.opened() == nullptr);
  bed.device().alloc(64, [answer](BlockPtr, const ErrorPtr& error) { answer->set(error); });
  wait_for_call(bed, Operation::malloc);
  close_soon(bed);
  CHECK(answer->number.get() == kDeviceClosed);
  while (bed.calls(Operation::free) == 0) std::this_thread::yield();
  CHECK(answer->times == 1);
}

TEST_CASE("an image that does not load is answered when the device closes") {
  Bed bed(stuck_in(Operation::library_load));
  REQUIRE(bed.opened() == nullptr);
  const auto answer = std::make_shared<Answer>();
  load_library(bed.device(), std::vector<std::byte>(64),
               [answer](const LibraryPtr&, const ErrorPtr& error) { answer->set(error); });
  wait_for_call(bed, Operation::library_load);
  close_soon(bed);
  CHECK(answer->number.get() == kDeviceClosed);
}

TEST_CASE("a staged copy whose ring is never there is rejected when the device closes") {
  OpenOptions options = stuck_in(Operation::malloc_host);
  options.host.stage_pageable = true;
  Bed bed(options);
  const BlockPtr block = bed.alloc(64);
  std::vector<std::byte> ordinary(64);
  const test::PendingPtr staged = bed.submit(bed.copy(bed.stream(), span_of(block), test::pageable(ordinary)));
  wait_for_call(bed, Operation::malloc_host);
  close_soon(bed);
  REQUIRE(staged->is_done());
  REQUIRE(staged->get() != nullptr);
  CHECK(staged->get()->number == kDeviceClosed);
}

TEST_CASE("a load whose memory is never there ends when the device closes") {
  for (const Operation operation : {Operation::malloc, Operation::malloc_host}) {
    CAPTURE(operation_name(operation));
    Bed bed(stuck_in(operation));
    const test::LoadFile file(1 << 20);
    const auto answer = std::make_shared<Answer>();
    LoadOptions options;
    options.loaded = [answer](const Loaded& loaded) { answer->set(loaded.device_error); };
    const auto control = load(bed.device(), file.path(), std::move(options));
    wait_for_call(bed, operation);
    close_soon(bed);
    CHECK(answer->number.get() == kDeviceClosed);
  }
}

TEST_CASE("a device that does not open is closed all the same") {
  for (const bool asked : {false, true}) {
    CAPTURE(asked);
    Bed bed(stuck_in(Operation::set_device));
    wait_for_call(bed, Operation::set_device);
    const auto answer = std::make_shared<Answer>();
    if (asked) bed.device().alloc(64, [answer](BlockPtr, const ErrorPtr& error) { answer->set(error); });
    const test::PendingPtr pending = bed.submit(bed.notify(bed.stream()));
    close_soon(bed);
    REQUIRE(bed.opened() != nullptr);
    CHECK(bed.opened()->number == kDeviceClosed);
    REQUIRE(pending->is_done());
    CHECK(pending->get()->number == kDeviceClosed);
    if (asked) CHECK(answer->number.get() == kDeviceClosed);
  }
}

TEST_CASE("a device that opens too late is given back") {
  OpenOptions options = stuck_in(Operation::set_device, std::chrono::milliseconds(2000));
  options.host.prefer_pools = true;
  Bed bed(options);
  wait_for_call(bed, Operation::set_device);
  close_soon(bed);
  CHECK(bed.opened()->number == kDeviceClosed);
  bed.destroy();
  while (bed.calls(Operation::pool_destroy) == 0) std::this_thread::yield();
}
