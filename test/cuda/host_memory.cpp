#include "cuda/host/memory.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>

using namespace heddle::cuda;

TEST_CASE("the host device gives out what its limit allows, and no more") {
  host::Memory memory(std::size_t{10} << 20);
  std::byte* first = nullptr;
  std::byte* second = nullptr;
  REQUIRE(memory.allocate(Space::device, std::size_t{6} << 20, first) == kSuccess);
  CHECK(memory.allocate(Space::device, std::size_t{5} << 20, second) == kMemoryAllocation);
  CHECK(second == nullptr);
  CHECK(memory.used() == std::size_t{6} << 20);
  REQUIRE(memory.free(first) == kSuccess);
  CHECK(memory.used() == 0);
  CHECK(memory.allocate(Space::device, std::size_t{10} << 20, second) == kSuccess);
  CHECK(memory.free(second) == kSuccess);
}

TEST_CASE("pinned memory does not count towards the device's") {
  host::Memory memory(4096);
  std::byte* pinned = nullptr;
  REQUIRE(memory.allocate(Space::pinned, 100'000, pinned) == kSuccess);
  std::memset(pinned, 1, 100'000);
  CHECK(memory.used() == 0);
  CHECK(memory.free(pinned) == kSuccess);
}

TEST_CASE("large allocations can be backed by huge pages") {
  host::Memory memory(std::size_t{1} << 30);
  for (const std::size_t bytes : {std::size_t{2} << 20, (std::size_t{5} << 20) + 123}) {
    std::byte* address = nullptr;
    REQUIRE(memory.allocate(Space::device, bytes, address) == kSuccess);
    CHECK(reinterpret_cast<std::uintptr_t>(address) % (std::size_t{2} << 20) == 0);
    address[0] = address[bytes - 1] = std::byte{1};
    CHECK(memory.free(address) == kSuccess);
  }
}

TEST_CASE("an address that was not given out, or was given back, is an invalid value") {
  host::Memory memory(1 << 20);
  std::byte stranger{};
  CHECK(memory.free(&stranger) == kInvalidValue);
  std::byte* address = nullptr;
  REQUIRE(memory.allocate(Space::device, 64, address) == kSuccess);
  CHECK(memory.free(address) == kSuccess);
  CHECK(memory.free(address) == kInvalidValue);
}

TEST_CASE("the default limit leaves memory for the rest of the machine") {
  CHECK(host::default_memory_limit() > std::size_t{64} << 20);
}

TEST_CASE("an absurd allocation is out of memory, not a crash") {
  host::Memory memory(~std::size_t{0});
  std::byte* address = nullptr;
  CHECK(memory.allocate(Space::device, ~std::size_t{0} - 100, address) == kMemoryAllocation);
  CHECK(memory.allocate(Space::device, std::size_t{1} << 60, address) == kMemoryAllocation);
  CHECK(memory.used() == 0);
}
