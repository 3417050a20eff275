#include <doctest/doctest.h>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

OpenOptions one_bad_fill() {
  OpenOptions options = test::with_fault(Operation::fill, host::FaultKind::fail);
  options.host.faults.back().number = 701;
  return options;
}

}  // namespace

TEST_CASE("the error of a command that did not notify comes with the next one that does") {
  Bed bed(one_bad_fill());
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  bed.submit_unwatched(bed.fill(stream, span_of(block), 2, 1));
  const ErrorPtr error = bed.run(bed.fill(stream, span_of(block), 3, 1));
  REQUIRE(error != nullptr);
  CHECK(error->number == 701);
  CHECK(error->operation == "cudaMemsetAsync");
  // Once; and what came after it was done.
  CHECK(bed.sync(stream) == nullptr);
  CHECK(bed.contents(span_of(block, 0, 1))[0] == std::byte{3});
}

TEST_CASE("a stream's kept error is none of another stream's business") {
  Bed bed(one_bad_fill());
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  CHECK(bed.sync(bed.stream()) == nullptr);
  const ErrorPtr error = bed.sync(stream);
  REQUIRE(error != nullptr);
  CHECK(error->number == 701);
}

TEST_CASE("a command's own error comes before a kept one, which stays for the next") {
  Bed bed(one_bad_fill());
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(64);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  const ErrorPtr own = bed.run(bed.copy(stream, span_of(block, 0, 1), span_of(block, 0, 2)));
  REQUIRE(own != nullptr);
  CHECK(own->number == kInvalidValue);
  const ErrorPtr kept = bed.sync(stream);
  REQUIRE(kept != nullptr);
  CHECK(kept->number == 701);
}

TEST_CASE("a stream that can't be made fails its commands, and the next may make it") {
  OpenOptions options = test::with_fault(Operation::stream_create, host::FaultKind::fail);
  Bed bed(options);
  const auto stream = bed.stream();
  const auto event = bed.device().event();
  const ErrorPtr error = bed.run(bed.record(stream, event));
  REQUIRE(error != nullptr);
  CHECK(error->operation == "cudaStreamCreateWithPriority");
  CHECK(event->done());
  const ErrorPtr next = bed.sync(stream);
  CHECK_MESSAGE(next == nullptr, next->message);
}

TEST_CASE("a device without events to give still tells when work is done") {
  OpenOptions options = test::with_fault(Operation::event_create, host::FaultKind::fail);
  options.host.faults.back().times = ~std::uint64_t{0};
  options.host.faults.back().number = kMemoryAllocation;
  Bed bed(options);
  const auto stream = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(std::size_t{1} << 20);
  CHECK(bed.run(bed.fill(stream, span_of(block), 5, 1)) == nullptr);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 6, 1));
  const ErrorPtr error = bed.run(bed.record(stream, event));
  CHECK(event->done());
  if (error != nullptr) CHECK(error->operation == "cudaEventCreateWithFlags");
  CHECK(bed.contents(span_of(block, 0, 1))[0] == std::byte{6});
}
