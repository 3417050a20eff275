#include "cuda/host/collective_group.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <thread>
#include <vector>

#include "cuda/error.hpp"
#include "cuda/host/reduce.hpp"

using namespace heddle::cuda;
using host::CollectiveGroup;
using host::PlacedCollective;

namespace {

constexpr int kRanks = 4;

CommId some_id() {
  static std::atomic<std::uint64_t> next{1};
  CommId id{};
  const std::uint64_t number = next.fetch_add(1);
  std::memcpy(id.data(), &number, sizeof number);
  return id;
}

template <class T>
std::byte* bytes_at(T* values) {
  return reinterpret_cast<std::byte*>(values);
}

// A group of which each rank has joined, and a thread for each.
template <class Body>
void on_all_ranks(Body body) {
  const CommId id = some_id();
  std::array<std::shared_ptr<CollectiveGroup>, kRanks> joined;
  for (int rank = 0; rank < kRanks; ++rank) {
    joined[static_cast<std::size_t>(rank)] = CollectiveGroup::join(id, rank, kRanks);
    REQUIRE(joined[static_cast<std::size_t>(rank)] != nullptr);
  }
  REQUIRE(joined[0]->joining() == kSuccess);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < kRanks; ++rank) {
    threads.emplace_back([&, rank] { body(*joined[static_cast<std::size_t>(rank)], rank); });
  }
  for (std::thread& thread : threads) thread.join();
}

struct Flags {
  std::atomic<bool> stop{false};
  std::atomic<bool> aborted{false};
};

Status run(CollectiveGroup& group, int rank, const std::vector<Collective>& operations, const Flags& flags) {
  std::vector<PlacedCollective> placed;
  for (const Collective& operation : operations) placed.push_back(group.place(rank, operation));
  return group.run(rank, placed, flags.stop, flags.aborted);
}

Collective sum_of(std::uint32_t* values, std::size_t count) {
  return {.element = Element::u32, .destination = bytes_at(values), .source = bytes_at(values), .count = count};
}

}  // namespace

TEST_CASE("ranks reduce and send around, again and again") {
  std::atomic<int> failures{0};
  on_all_ranks([&](CollectiveGroup& group, int rank) {
    const Flags flags;
    std::vector<std::uint32_t> values(3000);
    std::uint32_t from_neighbour = 0;
    for (std::uint32_t round = 0; round < 200; ++round) {
      std::iota(values.begin(), values.end(), round);
      auto own = static_cast<std::uint32_t>(rank) + round;
      const std::vector<Collective> exchange{
          {.kind = CollectiveKind::send,
           .element = Element::u32,
           .peer = (rank + 1) % kRanks,
           .source = bytes_at(&own),
           .count = 1},
          {.kind = CollectiveKind::receive,
           .element = Element::u32,
           .peer = (rank + kRanks - 1) % kRanks,
           .destination = bytes_at(&from_neighbour),
           .count = 1},
          sum_of(values.data(), values.size()),
      };
      if (run(group, rank, exchange, flags) != kSuccess) ++failures;
      if (values.back() != kRanks * (round + 2999)) ++failures;
      if (from_neighbour != static_cast<std::uint32_t>((rank + kRanks - 1) % kRanks) + round) ++failures;
    }
  });
  CHECK(failures == 0);
}

TEST_CASE("when one rank leaves, stops or is aborted, all others return, and nobody touches memory any more") {
  for (int way = 0; way < 3; ++way) {
    CAPTURE(way);
    for (int round = 0; round < 50; ++round) {
      CAPTURE(round);
      std::array<Status, kRanks> ends{};
      on_all_ranks([&](CollectiveGroup& group, int rank) {
        Flags flags;
        // On the stack of a thread that ends: whoever wrote there later would be found.
        std::array<std::uint32_t, 100> values{};
        if (rank == kRanks - 1 && way == 0) {
          group.leave();
          ends[kRanks - 1] = kCollectiveRemote;
          return;
        }
        if (rank == kRanks - 1) (way == 1 ? flags.stop : flags.aborted).store(true);
        // One that was stopped may still be the last to come, and then it takes place.
        ends[static_cast<std::size_t>(rank)] = run(group, rank, {sum_of(values.data(), values.size())}, flags);
      });
      for (const Status end : ends) CHECK(end == ends[0]);
      CHECK((ends[0] == kCollectiveRemote || (ends[0] == kSuccess && way != 0)));
    }
  }
}

TEST_CASE("ranks that ask for different things are all told, and told what") {
  std::array<Status, kRanks> ends{};
  std::array<std::string, kRanks> told;
  on_all_ranks([&](CollectiveGroup& group, int rank) {
    const Flags flags;
    std::array<std::uint32_t, 2> values{};
    ends[static_cast<std::size_t>(rank)] = run(group, rank, {sum_of(values.data(), rank == 2 ? 1 : 2)}, flags);
    told[static_cast<std::size_t>(rank)] = group.disagreement();
  });
  for (const Status end : ends) CHECK(end == kCollectiveMismatch);
  CHECK(told[0] ==
        "rank 0: all-reduce of 2 u32, sum; rank 1: all-reduce of 2 u32, sum; rank 2: all-reduce of 1 u32, sum; "
        "rank 3: all-reduce of 2 u32, sum");
}

TEST_CASE("a group takes each rank once, is of one size, and is not made whole by who comes after a loss") {
  const CommId id = some_id();
  const auto first = CollectiveGroup::join(id, 0, 2);
  REQUIRE(first != nullptr);
  CHECK(first->joining() == kNotReady);
  CHECK(CollectiveGroup::join(id, 0, 2) == nullptr);
  CHECK(CollectiveGroup::join(id, 1, 3) == nullptr);
  first->leave();
  const auto second = CollectiveGroup::join(id, 1, 2);
  REQUIRE(second != nullptr);
  CHECK(second->joining() == kCollectiveRemote);
}

TEST_CASE("half floats of either kind survive the way through single precision") {
  for (const Element element : {Element::f16, Element::bf16}) {
    const std::uint32_t exponent = element == Element::f16 ? 0x7c00 : 0x7f80;
    std::vector<std::uint16_t> from;
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
      const bool is_nan = (bits & exponent) == exponent && (bits & 0x7fff) != exponent;
      if (!is_nan) from.push_back(static_cast<std::uint16_t>(bits));
    }
    std::vector<std::uint16_t> to(from.size());
    const Collective alone{.element = element,
                           .reduction = Reduction::average,
                           .destination = bytes_at(to.data()),
                           .source = bytes_at(from.data()),
                           .count = from.size()};
    host::carry_out_together({&alone});
    CHECK(to == from);
  }
}
