#include "cuda/host/driver.hpp"

#include <doctest/doctest.h>

#include <array>
#include <thread>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using host::FaultKind;

namespace {

// The driver alone, with nothing of the device above it.
struct Machine {
  explicit Machine(host::Options options = {}) : driver(options) {
    REQUIRE(driver.stream_create(Priority::normal, stream) == kSuccess);
    REQUIRE(driver.stream_create(Priority::high, other) == kSuccess);
    REQUIRE(driver.event_create(true, event) == kSuccess);
  }
  ~Machine() {
    driver.abandon();
    driver.event_destroy(event);
    driver.stream_destroy(stream);
    driver.stream_destroy(other);
    driver.shutdown();
  }

  Status wait_for(EventHandle awaited) {
    Status status = driver.event_query(awaited);
    while (status == kNotReady) {
      std::this_thread::yield();
      status = driver.event_query(awaited);
    }
    return status;
  }

  host::HostDriver driver;
  StreamHandle stream = nullptr;
  StreamHandle other = nullptr;
  EventHandle event = nullptr;
};

host::Options slow_copies(int milliseconds) {
  host::Options options;
  host::Fault fault;
  fault.operation = Operation::copy;
  fault.kind = FaultKind::slow;
  fault.delay = std::chrono::milliseconds(milliseconds);
  fault.times = ~std::uint64_t{0};
  options.faults.push_back(fault);
  return options;
}

constexpr Space kPinned = Space::pinned;

}  // namespace

TEST_CASE("small work on an idle stream is done when the call returns") {
  Machine machine;
  std::array<std::byte, 3> from{std::byte{1}, std::byte{2}, std::byte{3}};
  std::array<std::byte, 3> to{};
  REQUIRE(machine.driver.copy(to.data(), kPinned, from.data(), kPinned, 3, machine.stream) == kSuccess);
  CHECK(to == from);
  CHECK(machine.driver.stream_query(machine.stream) == kSuccess);
  REQUIRE(machine.driver.event_record(machine.event, machine.stream) == kSuccess);
  CHECK(machine.driver.event_query(machine.event) == kSuccess);
}

TEST_CASE("an event is reached after the work before it, and waited for by other streams") {
  Machine machine(slow_copies(20));
  std::vector<std::byte> from = test::some_bytes(100'000);
  std::vector<std::byte> middle(from.size());
  std::vector<std::byte> to(from.size());
  CHECK(machine.driver.event_query(machine.event) == kSuccess);
  REQUIRE(machine.driver.copy(middle.data(), kPinned, from.data(), kPinned, from.size(), machine.stream) == kSuccess);
  REQUIRE(machine.driver.event_record(machine.event, machine.stream) == kSuccess);
  CHECK(machine.driver.event_query(machine.event) == kNotReady);
  CHECK(machine.driver.stream_query(machine.stream) == kNotReady);
  REQUIRE(machine.driver.stream_wait_event(machine.other, machine.event) == kSuccess);
  REQUIRE(machine.driver.copy(to.data(), kPinned, middle.data(), kPinned, from.size(), machine.other) == kSuccess);
  EventHandle end = nullptr;
  REQUIRE(machine.driver.event_create(true, end) == kSuccess);
  REQUIRE(machine.driver.event_record(end, machine.other) == kSuccess);
  CHECK(machine.wait_for(end) == kSuccess);
  CHECK(to == from);
  float milliseconds = 0;
  CHECK(machine.driver.event_elapsed(machine.event, end, milliseconds) == kSuccess);
  CHECK(milliseconds >= 19);
  Nanoseconds first = 0;
  Nanoseconds second = 0;
  CHECK(machine.driver.event_time(machine.event, first) == kSuccess);
  CHECK(machine.driver.event_time(end, second) == kSuccess);
  CHECK(first < second);
  machine.driver.event_destroy(end);
}

TEST_CASE("a wait means the record that was there, whatever becomes of the event") {
  Machine machine(slow_copies(20));
  std::array<std::byte, 1> memory{};
  REQUIRE(machine.driver.event_record(machine.event, machine.stream) == kSuccess);
  // `other` has its hands full; the wait is looked at after the event was recorded again, behind work of
  // `stream`.
  REQUIRE(machine.driver.copy(memory.data(), kPinned, memory.data(), kPinned, 1, machine.other) == kSuccess);
  REQUIRE(machine.driver.stream_wait_event(machine.other, machine.event) == kSuccess);
  EventHandle gate = nullptr;
  REQUIRE(machine.driver.event_create(false, gate) == kSuccess);
  REQUIRE(machine.driver.event_record(gate, machine.other) == kSuccess);
  REQUIRE(machine.driver.stream_wait_event(machine.stream, gate) == kSuccess);
  REQUIRE(machine.driver.event_record(machine.event, machine.stream) == kSuccess);
  // Were the wait for the second record, the streams would now wait for each other.
  CHECK(machine.wait_for(gate) == kSuccess);
  CHECK(machine.wait_for(machine.event) == kSuccess);
  machine.driver.event_destroy(gate);
}

TEST_CASE("an event may be destroyed while a stream still has it") {
  Machine machine(slow_copies(5));
  std::array<std::byte, 1> memory{};
  EventHandle brief = nullptr;
  REQUIRE(machine.driver.event_create(false, brief) == kSuccess);
  REQUIRE(machine.driver.copy(memory.data(), kPinned, memory.data(), kPinned, 1, machine.stream) == kSuccess);
  REQUIRE(machine.driver.event_record(brief, machine.stream) == kSuccess);
  REQUIRE(machine.driver.stream_wait_event(machine.other, brief) == kSuccess);
  REQUIRE(machine.driver.event_destroy(brief) == kSuccess);
  REQUIRE(machine.driver.event_record(machine.event, machine.other) == kSuccess);
  CHECK(machine.wait_for(machine.event) == kSuccess);
}

TEST_CASE("a sticky fault of a stream happens when the work runs, and is returned ever after") {
  host::Options options;
  host::Fault fault;
  fault.operation = Operation::fill;
  fault.kind = FaultKind::sticky;
  fault.number = 719;
  options.faults.push_back(fault);
  Machine machine(options);
  std::array<std::byte, 8> memory{};
  CHECK(machine.driver.fill(memory.data(), 1, 1, 8, machine.stream) == kSuccess);
  CHECK(memory[0] == std::byte{0});
  CHECK(machine.driver.sticky_error() == 719);
  CHECK(machine.driver.fill(memory.data(), 1, 1, 8, machine.stream) == 719);
  CHECK(machine.driver.event_query(machine.event) == 719);
  CHECK(machine.driver.stream_query(machine.other) == 719);
  std::byte* address = nullptr;
  CHECK(machine.driver.malloc(1, address) == 719);
}

TEST_CASE("abandon ends a stream that waits for ever, and one that is slow, at once") {
  Machine machine(slow_copies(1'000'000));
  std::array<std::byte, 1> memory{};
  REQUIRE(machine.driver.copy(memory.data(), kPinned, memory.data(), kPinned, 1, machine.stream) == kSuccess);
  REQUIRE(machine.driver.event_record(machine.event, machine.stream) == kSuccess);
  REQUIRE(machine.driver.stream_wait_event(machine.other, machine.event) == kSuccess);
  CHECK(machine.driver.abandon());
  CHECK(machine.driver.sticky_error() == kSuccess);
}

TEST_CASE("a driver that must stage takes no pageable memory") {
  host::Options options;
  options.stage_pageable = true;
  Machine machine(options);
  std::array<std::byte, 1> memory{};
  CHECK_FALSE(machine.driver.copies_pageable());
  CHECK(machine.driver.copy(memory.data(), Space::device, memory.data(), Space::pageable, 1, machine.stream) ==
        kInvalidValue);
}
