#include "native/trace.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

const trace::Span* find(const trace::Recording& recording, const std::string& lane, const std::string& name) {
  for (const trace::Span& span : recording.spans) {
    if (recording.lanes[span.lane] == lane && span.name == name) return &span;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("copies, fills and kernels leave spans on the lane of their stream") {
  for (const bool staged : {false, true}) {
    CAPTURE(staged);
    OpenOptions options = test::with_slow(Operation::copy, std::chrono::milliseconds(20));
    options.host.stage_pageable = staged;
    Bed bed(options);
    const auto stream = bed.stream("work");
    const auto other = bed.stream("other");
    const BlockPtr block = bed.alloc(kLarge);
    const BlockPtr counters = bed.alloc(2048);
    std::vector<std::byte> ordinary(kLarge);
    trace::start();
    const Nanoseconds before = Clock::monotonic().now();
    bed.submit_unwatched(bed.copy(stream, span_of(block), test::pageable(ordinary)));
    bed.submit_unwatched(bed.fill(stream, span_of(counters), 0, 8));
    bed.submit_unwatched(bed.histogram(stream, span_of(counters), span_of(block)));
    CHECK(bed.sync(stream) == nullptr);
    CHECK(bed.run(bed.copy(other, span_of(block), span_of(block))) == nullptr);
    const Nanoseconds after = Clock::monotonic().now();
    const trace::Recording recording = trace::stop();

    const trace::Span* copy = find(recording, "stream:work", "copy");
    const trace::Span* fill = find(recording, "stream:work", "fill");
    const trace::Span* histogram = find(recording, "stream:work", "histogram");
    REQUIRE(copy != nullptr);
    REQUIRE(fill != nullptr);
    REQUIRE(histogram != nullptr);
    REQUIRE(find(recording, "stream:other", "copy") != nullptr);
    CHECK(copy->bytes == kLarge);
    CHECK(fill->bytes == 2048);
    CHECK(histogram->bytes == kLarge);
    CHECK(copy->end - copy->start >= 19'000'000);
    for (const trace::Span* span : {copy, fill, histogram}) {
      CHECK(span->start <= span->end);
      CHECK(span->start >= before);
      CHECK(span->end <= after);
    }
    CHECK(copy->start <= fill->start);
    CHECK(fill->end <= histogram->end);
  }
}

TEST_CASE("nothing is timed while nobody records") {
  Bed bed;
  const auto stream = bed.stream();
  CHECK(bed.run(bed.fill(stream, span_of(bed.alloc(64)), 1, 1)) == nullptr);
  CHECK(bed.calls(Operation::event_create) == 0);
}
