#include "native/fresh_memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace heddle {

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

bool begins_at(const FreshMemory& memory, std::size_t unit) {
  return reinterpret_cast<std::uintptr_t>(memory.address()) % unit == 0;
}

}  // namespace

TEST_CASE("fresh memory is zeros to its end, at the start of a page, of a large one where it fits") {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{4097}, 2 * kMiB - 1, 2 * kMiB, 5 * kMiB + 3}) {
    CAPTURE(bytes);
    const FreshMemory memory = FreshMemory::map(bytes);
    REQUIRE(memory);
    CHECK(begins_at(memory, bytes >= 2 * kMiB ? 2 * kMiB : 4096));
    CHECK(std::all_of(memory.address(), memory.address() + bytes, [](std::byte byte) { return byte == std::byte{0}; }));
    std::fill_n(memory.address(), bytes, std::byte{7});
  }
}

TEST_CASE("there is none of no bytes, and none of more than the address space has") {
  CHECK_FALSE(FreshMemory::map(0));
  CHECK_FALSE(FreshMemory::map(std::numeric_limits<std::size_t>::max()));
  CHECK_FALSE(FreshMemory::map(std::size_t{1} << 62));
}

TEST_CASE("fresh memory moves with what is in it") {
  FreshMemory memory = FreshMemory::map(10);
  memory.address()[9] = std::byte{1};
  FreshMemory moved(std::move(memory));
  CHECK_FALSE(memory);  // NOLINT(bugprone-use-after-move): that is what is tested
  FreshMemory assigned = FreshMemory::map(3 * kMiB);
  assigned = std::move(moved);
  REQUIRE(assigned);
  CHECK(assigned.address()[9] == std::byte{1});
}

TEST_CASE("to prefer large pages changes no byte of any range") {
  std::vector<std::byte> bytes(9 * kMiB, std::byte{5});
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, 3 * kMiB}) {
    prefer_large_pages(bytes.data() + offset, bytes.size() - offset);
    prefer_large_pages(bytes.data() + offset, 0);
  }
  CHECK(std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{5}; }));
}

}  // namespace heddle
