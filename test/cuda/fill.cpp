#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

TEST_CASE("a fill repeats its element, of every width, and touches nothing else") {
  for (const OpenOptions& options : test::all_devices()) {
    CAPTURE(options.ordinal.has_value());
    Bed bed(options);
    const auto stream = bed.stream();
    constexpr std::uint64_t kElement = 0x1122334455667788;
    for (const unsigned width : {1U, 2U, 4U, 8U}) {
      for (const std::size_t count : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, std::size_t{300'001}}) {
        CAPTURE(width);
        CAPTURE(count);
        const std::size_t bytes = count * width;
        const BlockPtr block = bed.alloc(bytes + 16);
        bed.submit_unwatched(bed.fill(stream, span_of(block), 0xee, 1));
        REQUIRE(bed.run(bed.fill(stream, span_of(block, 8, bytes), kElement, width)) == nullptr);
        const std::vector<std::byte> found = bed.contents(span_of(block));
        bool right = true;
        for (std::size_t i = 0; i < 8; ++i)
          right = right && found[i] == std::byte{0xee} && found[8 + bytes + i] == std::byte{0xee};
        for (std::size_t i = 0; i < count; ++i)
          right = right && std::memcmp(&found[8 + i * width], &kElement, width) == 0;
        CHECK(right);
      }
    }
  }
}

TEST_CASE("a fill that no device could do is an invalid value") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  std::vector<std::byte> ordinary(8);
  const auto number_of = [&](Command& command) {
    const ErrorPtr error = bed.run(command);
    return error == nullptr ? kSuccess : error->number;
  };
  CHECK(number_of(bed.fill(stream, span_of(block, 0, 6), 1, 4)) == kInvalidValue);
  CHECK(number_of(bed.fill(stream, span_of(block, 0, 6), 1, 3)) == kInvalidValue);
  CHECK(number_of(bed.fill(stream, span_of(block, 2, 8), 1, 4)) == kInvalidValue);
  CHECK(number_of(bed.fill(stream, test::pageable(ordinary), 1, 1)) == kInvalidValue);
  CHECK(number_of(bed.fill(stream, span_of(block, 0, 0), 1, 4)) == kSuccess);
  CHECK(bed.calls(Operation::fill) == 0);
}
