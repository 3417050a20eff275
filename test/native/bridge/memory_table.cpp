#include "native/bridge/memory_table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

namespace heddle::bridge {

namespace {

struct Block {
  std::array<std::byte, 100> bytes{};
};

TEST_CASE("MemoryTable: only what lies inside is held") {
  MemoryTable table;
  const auto block = std::make_shared<Block>();
  const auto number = table.add_borrowed(block, block->bytes.data(), 100);
  const HeldMemory held = table.hold(number, 10, 20);
  REQUIRE(held);
  CHECK(held.address == block->bytes.data() + 10);
  CHECK(held.bytes == 20);
  CHECK(held.space == Space::pageable);
  CHECK(table.hold(number, 0, 100));
  CHECK(table.hold(number, 100, 0));
  CHECK(table.hold(number, 0, 0));

  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kHuge = std::numeric_limits<double>::max();
  for (const auto& [offset, length] : {std::pair{0.0, 101.0},
                                       {100.0, 1.0},
                                       {101.0, 0.0},
                                       {-1.0, 1.0},
                                       {0.0, -1.0},
                                       {50.0, 51.0},
                                       {kNan, 1.0},
                                       {0.0, kNan},
                                       {kInfinity, 1.0},
                                       {0.0, kInfinity},
                                       {kHuge, kHuge},
                                       {-kInfinity, kInfinity},
                                       {9007199254740992.0, 1.0}}) {
    CAPTURE(offset);
    CAPTURE(length);
    CHECK(!table.hold(number, offset, length));
  }
}

TEST_CASE("MemoryTable: numbers that were not given out hold nothing") {
  MemoryTable table;
  CHECK(!table.hold(0, 0, 0));
  CHECK(!table.hold(-1, 0, 0));
  CHECK(!table.hold(std::numeric_limits<MemoryTable::Number>::max(), 0, 0));
  CHECK(!table.hold(std::numeric_limits<MemoryTable::Number>::min(), 0, 0));
  table.remove(0);
  table.remove(-1);
  table.remove(1'000'000);
  CHECK(table.size() == 0);
}

TEST_CASE("MemoryTable: borrowed memory lives as long as its owner or an operation wants it") {
  MemoryTable table;
  auto block = std::make_shared<Block>();
  const std::weak_ptr<Block> watch = block;
  const auto number = table.add_borrowed(block, block->bytes.data(), 100);
  HeldMemory held = table.hold(number, 0, 100);
  block.reset();
  CHECK(!watch.expired());
  CHECK(table.hold(number, 0, 100));
  held = {};
  CHECK(watch.expired());
  CHECK(!table.hold(number, 0, 100));
  CHECK(!table.hold(number, 0, 0));
}

TEST_CASE("MemoryTable: owned memory lives until it is removed, and while an operation wants it") {
  MemoryTable table;
  auto block = std::make_shared<Block>();
  const std::weak_ptr<Block> watch = block;
  const auto number = table.add_owned(block, block->bytes.data(), 100, Space::pinned);
  block.reset();
  CHECK(!watch.expired());
  HeldMemory held = table.hold(number, 0, 100);
  CHECK(held.space == Space::pinned);
  table.remove(number);
  CHECK(!watch.expired());
  CHECK(!table.hold(number, 0, 1));
  held = {};
  CHECK(watch.expired());
}

TEST_CASE("MemoryTable: a number is given out again, once") {
  MemoryTable table;
  const auto block = std::make_shared<Block>();
  const auto add = [&] { return table.add_borrowed(block, block->bytes.data(), 100); };
  const auto first = add();
  const auto second = add();
  CHECK(first != second);
  CHECK(table.size() == 2);
  table.remove(first);
  table.remove(first);  // a mistake, which must not give the number to two
  CHECK(table.size() == 1);
  const auto third = add();
  const auto fourth = add();
  CHECK(third == first);
  CHECK(fourth != third);
  CHECK(fourth != second);
  CHECK(table.size() == 3);
}

}  // namespace

}  // namespace heddle::bridge
