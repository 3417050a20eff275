#include "native/trace.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

TEST_CASE("trace: off, it keeps nothing; on, it keeps what was recorded until stop") {
  trace::record({.lane = trace::kRingLane, .name = "before", .start = 1, .end = 2});
  CHECK(!trace::enabled());
  trace::start();
  CHECK(trace::enabled());
  trace::record({.lane = trace::kScriptLane, .name = "inside", .start = 3, .end = 5, .bytes = 7});
  const trace::Recording recording = trace::stop();
  CHECK(!trace::enabled());
  trace::record({.lane = trace::kRingLane, .name = "after", .start = 6, .end = 7});
  REQUIRE(recording.spans.size() == 1);
  CHECK(recording.spans[0].name == std::string_view("inside"));
  CHECK(recording.spans[0].bytes == 7);
  CHECK(trace::stop().spans.empty());
}

TEST_CASE("trace: a lane has one name and a name one lane") {
  const trace::Lane first = trace::lane("test lane");
  CHECK(trace::lane("test lane") == first);
  CHECK(trace::lane("another test lane") != first);
  trace::start();
  const trace::Recording recording = trace::stop();
  REQUIRE(recording.lanes.size() > first);
  CHECK(recording.lanes[first] == "test lane");
  CHECK(recording.lanes[trace::kRingLane] == "ring");
}

TEST_CASE("trace: threads record side by side") {
  trace::start();
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([] {
        for (int i = 0; i < 1000; ++i) trace::record({.lane = trace::lane("threads"), .name = "span", .start = i});
      });
    }
  }
  CHECK(trace::stop().spans.size() == 3000);
}

TEST_CASE_ON_BACKENDS("trace: an operation is a span of the ring's lane, with its bytes") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const Descriptor file = open_file(folder.file("file", "0123456789"), O_RDONLY);
  std::string into(100, '.');
  trace::start();
  CHECK(bed.run(read_task(file.get(), writable(into), 0)) == 10);
  CHECK(bed.run(read_task(-1, writable(into), 0)) < 0);
  const trace::Recording recording = trace::stop();
  REQUIRE(recording.spans.size() == 2);
  for (const trace::Span& span : recording.spans) {
    CHECK(span.lane == trace::kRingLane);
    CHECK(span.name == std::string_view("read"));
    CHECK(span.start <= span.end);
  }
  CHECK(recording.spans[0].bytes == 10);
  CHECK(recording.spans[1].bytes == 0);
}

}  // namespace

}  // namespace heddle
