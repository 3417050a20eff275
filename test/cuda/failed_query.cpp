#include <doctest/doctest.h>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using host::FaultKind;
using test::Bed;

// A question that fails says nothing of the work: only its end lets go of its memory.
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

// Its first fill is slow, so that the questions that fail are asked while it is under way.
OpenOptions with_failing(std::vector<Operation> queries, std::uint64_t times) {
  OpenOptions options = test::with_slow(Operation::fill, std::chrono::milliseconds(50));
  for (const Operation query : queries) {
    host::Fault fault;
    fault.operation = query;
    fault.times = times;
    options.host.faults.push_back(fault);
  }
  return options;
}

bool is_filled(Bed& bed, const BlockPtr& block, std::byte value) {
  return bed.contents(span_of(block, kLarge - 1, 1))[0] == value;
}

}  // namespace

TEST_CASE("work is not taken for done because the question whether it is has failed") {
  for (const auto& queries :
       {std::vector{Operation::event_query}, std::vector{Operation::event_query, Operation::stream_query},
        std::vector{Operation::event_record, Operation::stream_query}}) {
    CAPTURE(operation_name(queries.back()));
    Bed bed(with_failing(queries, 3));
    const auto stream = bed.stream();
    const BlockPtr block = bed.alloc(kLarge);
    CHECK(bed.run(bed.fill(stream, span_of(block), 7, 1)) == nullptr);
    CHECK(is_filled(bed, block, std::byte{7}));
    CHECK(bed.times_lost() == 0);
  }
}

TEST_CASE("a device that never says again what is done is lost, and nothing waits for it") {
  Bed bed(with_failing({Operation::event_query, Operation::stream_query}, 1'000'000'000));
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  const ErrorPtr error = bed.run(bed.fill(stream, span_of(block), 7, 1));
  REQUIRE(error != nullptr);
  CHECK(error->number == kUnknown);
  CHECK(error->operation == "cudaStreamQuery");
  CHECK(bed.lost()->number == kUnknown);
  CHECK(bed.sync(stream)->number == kUnknown);
}
