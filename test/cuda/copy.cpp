#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include "cuda/batch_copy_action.hpp"
#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

// A place for bytes in any of the three kinds of memory.
struct Place {
  Place(Bed& bed, Space space, std::size_t bytes) : ordinary(space == Space::pageable ? bytes + 16 : 0) {
    if (space == Space::pageable) return;
    block = space == Space::device ? bed.alloc(bytes + 16) : bed.pinned(bytes + 16);
  }
  Span at(std::size_t offset, std::size_t bytes) {
    return block != nullptr ? span_of(block, offset, bytes) : test::pageable(ordinary.data() + offset, bytes);
  }
  std::vector<std::byte> ordinary;
  BlockPtr block;
};

const Space kSpaces[] = {Space::pageable, Space::pinned, Space::device};

}  // namespace

TEST_CASE("bytes arrive whole from everywhere to everywhere") {
  for (const OpenOptions& options : test::all_devices()) {
    CAPTURE(options.host.stage_pageable);
    CAPTURE(options.ordinal.has_value());
    Bed bed(options);
    const auto stream = bed.stream();
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{13}, std::size_t{4096}, (std::size_t{1} << 20) - 1, (std::size_t{5} << 20) + 3}) {
      std::vector<std::byte> original = test::some_bytes(bytes, static_cast<std::uint32_t>(bytes));
      for (const Space from : kSpaces) {
        for (const Space to : kSpaces) {
          CAPTURE(bytes);
          CAPTURE(static_cast<int>(from));
          CAPTURE(static_cast<int>(to));
          Place source(bed, from, bytes);
          Place destination(bed, to, bytes);
          std::vector<std::byte> result(bytes);
          // Odd offsets on both sides; only the last copy is waited for.
          bed.submit_unwatched(bed.copy(stream, source.at(3, bytes), test::pageable(original)));
          bed.submit_unwatched(bed.copy(stream, destination.at(5, bytes), source.at(3, bytes)));
          REQUIRE(bed.run(bed.copy(stream, test::pageable(result), destination.at(5, bytes))) == nullptr);
          REQUIRE(result == original);
        }
      }
    }
  }
}

TEST_CASE("a batch with copies between pinned arrays among others never asks the driver to block") {
  for (const OpenOptions& options : test::all_devices()) {
    CAPTURE(options.host.stage_pageable);
    Bed bed(options);
    const auto stream = bed.stream();
    constexpr std::size_t kBytes = 100'000;
    std::vector<std::byte> original = test::some_bytes(kBytes);
    const BlockPtr first = bed.pinned(kBytes);
    const BlockPtr second = bed.pinned(kBytes);
    const BlockPtr device = bed.alloc(kBytes);
    bed.submit_unwatched(bed.copy(stream, span_of(first), test::pageable(original)));
    auto batch = std::make_unique<BatchCopyAction>();
    for (std::size_t at = 0; at < kBytes; at += 100) {
      const BlockPtr& to = at % 200 == 0 ? second : device;
      batch->add(span_of(to, at, 100), span_of(first, at, 100));
    }
    Command& command = bed.notify(stream);
    command.kind = CommandKind::action;
    command.action = std::move(batch);
    REQUIRE(bed.run(command) == nullptr);
    const std::vector<std::byte> pinned = bed.contents(span_of(second));
    const std::vector<std::byte> there = bed.contents(span_of(device));
    for (std::size_t at = 0; at < kBytes; ++at) REQUIRE((at % 200 < 100 ? pinned : there)[at] == original[at]);
  }
}

TEST_CASE("a copy of nothing is done, without asking the driver") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr none = bed.alloc(0);
  CHECK(bed.run(bed.copy(stream, span_of(none), test::pageable(nullptr, 0))) == nullptr);
  CHECK(bed.calls(Operation::copy) == 0);
  CHECK(bed.calls(Operation::malloc) == 0);
}

TEST_CASE("a copy between spans of different lengths is an invalid value, and the stream goes on") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(10);
  const ErrorPtr error = bed.run(bed.copy(stream, span_of(block, 0, 4), span_of(block, 4, 5)));
  REQUIRE(error != nullptr);
  CHECK(error->number == kInvalidValue);
  CHECK(error->operation == "cudaMemcpyAsync");
  CHECK(error->arguments == "bytes=4");
  CHECK(bed.sync(stream) == nullptr);
}

TEST_CASE("pageable copies of several streams share the ring without deadlock") {
  OpenOptions options;
  options.host.stage_pageable = true;
  Bed bed(options);
  constexpr std::size_t kBytes = (std::size_t{3} << 20) + 17;
  std::vector<std::shared_ptr<Stream>> streams;
  std::vector<BlockPtr> blocks;
  std::vector<std::vector<std::byte>> originals;
  std::vector<std::vector<std::byte>> results(8, std::vector<std::byte>(kBytes));
  std::vector<test::PendingPtr> pending;
  for (std::uint32_t i = 0; i < 8; ++i) {
    streams.push_back(bed.stream());
    blocks.push_back(bed.alloc(kBytes));
    originals.push_back(test::some_bytes(kBytes, i + 1));
  }
  for (std::size_t i = 0; i < 8; ++i) {
    bed.submit_unwatched(bed.copy(streams[i], span_of(blocks[i]), test::pageable(originals[i])));
    pending.push_back(bed.submit(bed.copy(streams[i], test::pageable(results[i]), span_of(blocks[i]))));
  }
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(pending[i]->get() == nullptr);
    CHECK(results[i] == originals[i]);
  }
}
