#include "native/pace.hpp"

#include <doctest/doctest.h>

namespace heddle {

namespace {

TEST_CASE("Pace: quick resumptions make slices longer, up to the bound") {
  Pace pace;
  CHECK(pace.allowance() == Pace::kFirst);
  for (int i = 0; i < 10; ++i) pace.note(pace.allowance(), 1000);
  CHECK(pace.allowance() == Pace::kMost);
}

TEST_CASE("Pace: slow resumptions make slices as short as they have to be, but never empty") {
  Pace pace;
  pace.note(10, 10 * Pace::kLongest);
  CHECK(pace.allowance() == 1);
  for (int i = 0; i < 10; ++i) pace.note(1, 1000);
  CHECK(pace.allowance() == Pace::kMost);
  pace.note(128, 4 * Pace::kLongest);
  CHECK(pace.allowance() == 32);
  pace.note(1, 1000 * Pace::kLongest);
  CHECK(pace.allowance() == 1);
}

TEST_CASE("Pace: a slice that took about as long as it may changes nothing") {
  Pace pace;
  pace.note(pace.allowance(), Pace::kLongest / 2);
  CHECK(pace.allowance() == Pace::kFirst);
}

}  // namespace

}  // namespace heddle
