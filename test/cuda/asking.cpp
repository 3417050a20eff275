#include <doctest/doctest.h>

#include <chrono>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

// A device that has to be asked, with work that takes so long.
OpenOptions silent_device(std::chrono::milliseconds work) {
  OpenOptions options = test::with_slow(Operation::fill, work);
  options.host.tells_progress = false;
  options.host.inline_bytes = 0;
  options.spin = std::chrono::microseconds(0);
  return options;
}

std::uint64_t questions_during(std::chrono::milliseconds work) {
  Bed bed(silent_device(work));
  const BlockPtr block = bed.alloc(64);
  const auto stream = bed.stream();
  CHECK(bed.run(bed.fill(stream, span_of(block), 1, 1)) == nullptr);
  return bed.calls(Operation::event_query);
}

}  // namespace

TEST_CASE("a device that does not tell is asked often, measured by how long it has been at work") {
  // Doubling sleeps of up to a millisecond would make it fifty.
  CHECK(questions_during(std::chrono::milliseconds(50)) > 80);
}

TEST_CASE("long work takes little of the processor") {
  CHECK(questions_during(std::chrono::milliseconds(1000)) < 2000);
}
