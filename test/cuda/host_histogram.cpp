#include "cuda/host/histogram.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "test/cuda/support/bed.hpp"

using namespace heddle;

namespace {

using Counters = std::array<std::uint64_t, 256>;

Counters reference(const std::byte* source, std::size_t bytes) {
  Counters counters{};
  for (std::size_t i = 0; i < bytes; ++i) ++counters[std::to_integer<std::size_t>(source[i])];
  return counters;
}

}  // namespace

TEST_CASE("the host histogram counts like a plain loop, at every alignment and tail") {
  const std::vector<std::byte> source = test::some_bytes(20'000);
  for (const std::size_t bytes : {0, 1, 7, 15, 16, 17, 2047, 2048, 2049, 4095, 4096, 4111, 19'983}) {
    for (std::size_t offset = 0; offset < 17; ++offset) {
      Counters counters{};
      cuda::host::histogram(counters.data(), source.data() + offset, bytes);
      REQUIRE(counters == reference(source.data() + offset, bytes));
    }
  }
}

TEST_CASE("the host histogram adds to what is there") {
  const std::vector<std::byte> source(5000, std::byte{7});
  Counters counters{};
  counters[7] = std::uint64_t{1} << 40;
  cuda::host::histogram(counters.data(), source.data(), source.size());
  CHECK(counters[7] == (std::uint64_t{1} << 40) + 5000);
}
