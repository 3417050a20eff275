#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

using Counters = std::array<std::uint64_t, 256>;
constexpr std::size_t kBytes = sizeof(Counters);

Counters counters_in(Bed& bed, const BlockPtr& block) {
  const std::vector<std::byte> bytes = bed.contents(span_of(block));
  Counters counters;
  std::memcpy(counters.data(), bytes.data(), kBytes);
  return counters;
}

}  // namespace

TEST_CASE("the device counts bytes as a plain loop does, at odd alignments and with tails") {
  for (const OpenOptions& options : test::all_devices()) {
    CAPTURE(options.ordinal.has_value());
    Bed bed(options);
    const auto stream = bed.stream();
    constexpr std::size_t kMost = (std::size_t{3} << 20) + 5;
    std::vector<std::byte> source = test::some_bytes(kMost);
    const BlockPtr block = bed.alloc(kMost);
    const BlockPtr counters = bed.alloc(kBytes);
    bed.submit_unwatched(bed.copy(stream, span_of(block), test::pageable(source)));
    for (const std::size_t offset : {0, 1, 7, 16, 4099}) {
      for (const std::size_t bytes :
           {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{5000}, kMost - offset}) {
        CAPTURE(offset);
        CAPTURE(bytes);
        bed.submit_unwatched(bed.fill(stream, span_of(counters), 0, 8));
        REQUIRE(bed.run(bed.histogram(stream, span_of(counters), span_of(block, offset, bytes))) == nullptr);
        Counters expected{};
        for (std::size_t i = 0; i < bytes; ++i) ++expected[std::to_integer<std::size_t>(source[offset + i])];
        REQUIRE(counters_in(bed, counters) == expected);
      }
    }
  }
}

TEST_CASE("counts add up over several histograms") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(10'000);
  const BlockPtr counters = bed.alloc(kBytes);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 9, 1));
  bed.submit_unwatched(bed.fill(stream, span_of(counters), 0, 8));
  for (int i = 0; i < 5; ++i) bed.submit_unwatched(bed.histogram(stream, span_of(counters), span_of(block)));
  CHECK(bed.sync(stream) == nullptr);
  CHECK(counters_in(bed, counters)[9] == 50'000);
}

TEST_CASE("counters that can't be counters are an invalid value") {
  Bed bed;
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kBytes + 8);
  std::vector<std::byte> ordinary(kBytes);
  const auto number_of = [&](Command& command) {
    const ErrorPtr error = bed.run(command);
    return error == nullptr ? kSuccess : error->number;
  };
  CHECK(number_of(bed.histogram(stream, span_of(block, 0, kBytes - 8), span_of(block, 0, 1))) == kInvalidValue);
  CHECK(number_of(bed.histogram(stream, span_of(block, 4, kBytes), span_of(block, 0, 1))) == kInvalidValue);
  CHECK(number_of(bed.histogram(stream, test::pageable(ordinary), span_of(block, 0, 1))) == kInvalidValue);
  CHECK(number_of(bed.histogram(stream, span_of(block, 0, kBytes), test::pageable(ordinary))) == kInvalidValue);
}
