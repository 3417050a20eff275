#include "native/io/system_call_cost.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace heddle::io {

TEST_CASE("where system calls are cheap, any number of cached reads is made directly") {
  CHECK(most_direct_calls(0) == std::numeric_limits<std::size_t>::max());
  CHECK(most_direct_calls(300) == std::numeric_limits<std::size_t>::max());
}

TEST_CASE("the dearer a system call, the fewer reads are made directly, and one always is") {
  CHECK(most_direct_calls(400) == 4);
  CHECK(most_direct_calls(600) == 2);
  CHECK(most_direct_calls(1'100) == 1);
  CHECK(most_direct_calls(1'000'000) == 1);
}

TEST_CASE("the cost of a system call is measured once") {
  const Nanoseconds cost = system_call_cost();
  CHECK(cost > 0);
  CHECK(system_call_cost() == cost);
}

}  // namespace heddle::io
