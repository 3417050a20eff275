#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

// `count` block-aligned offsets below `size`: the mulberry32 sequence that bench/offsets.ts draws too, so
// that equal seeds read the same blocks in the same order.
inline std::vector<std::uint32_t> random_offsets(std::size_t count, std::size_t size, std::size_t block,
                                                 std::uint32_t seed) {
  const auto blocks = static_cast<std::uint32_t>(size / block);
  std::vector<std::uint32_t> offsets(count);
  for (auto& offset : offsets) {
    seed += 0x6d2b79f5U;
    std::uint32_t t = (seed ^ (seed >> 15)) * (seed | 1U);
    t ^= t + (t ^ (t >> 7)) * (t | 61U);
    offset = ((t ^ (t >> 14)) % blocks) * static_cast<std::uint32_t>(block);
  }
  return offsets;
}

}  // namespace bench
