#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace heddle::test {

// Random tests replay: the seed is fixed, or given by HEDDLE_SEED, and printed with a failure.
class Random {
 public:
  // `salt` tells the generators of one test apart.
  explicit Random(std::uint64_t salt = 0) : seed_(base_seed()), engine_(seed_ + salt) {}

  // From `low` to `high`, both included.
  template <class Integer>
  [[nodiscard]] Integer between(Integer low, Integer high) {
    return std::uniform_int_distribution<Integer>(low, high)(engine_);
  }
  [[nodiscard]] bool one_in(int n) { return between(1, n) == 1; }
  // What HEDDLE_SEED has to be for the same again.
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

 private:
  static std::uint64_t base_seed() {
    const char* given = std::getenv("HEDDLE_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'240'229;
  }

  std::uint64_t seed_;
  std::mt19937_64 engine_;
};

}  // namespace heddle::test
