#include "cuda/host/histogram.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace heddle::cuda::host {

namespace {

// One table for each byte of a word: equal neighbours, which real data is full of, then don't wait for each other's
// increment.
constexpr std::size_t kTables = 8;
// Below this the tables cost more to clear and add up than they save.
constexpr std::size_t kSmall = 2048;
// Keeps 32 bit counters from overflowing.
constexpr std::size_t kSlice = std::size_t{1} << 30;

using Tables = std::array<std::array<std::uint32_t, 256>, kTables>;

void count_word(Tables& tables, std::uint64_t word) noexcept {
  for (std::size_t i = 0; i < kTables; ++i) ++tables[i][(word >> (8 * i)) & 0xff];
}

void count_slice(std::uint64_t* counters, const std::byte* source, std::size_t bytes) noexcept {
  Tables tables{};
  std::size_t i = 0;
  for (; i + 16 <= bytes; i += 16) {
    std::array<std::uint64_t, 2> words;
    std::memcpy(words.data(), source + i, sizeof words);
    count_word(tables, words[0]);
    count_word(tables, words[1]);
  }
  for (; i < bytes; ++i) ++tables[0][std::to_integer<std::size_t>(source[i])];
  for (std::size_t value = 0; value < 256; ++value) {
    for (const auto& table : tables) counters[value] += table[value];
  }
}

}  // namespace

void histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes) noexcept {
  if (bytes < kSmall) {
    for (std::size_t i = 0; i < bytes; ++i) ++counters[std::to_integer<std::size_t>(source[i])];
    return;
  }
  for (std::size_t done = 0; done < bytes; done += kSlice) {
    count_slice(counters, source + done, std::min(kSlice, bytes - done));
  }
}

}  // namespace heddle::cuda::host
