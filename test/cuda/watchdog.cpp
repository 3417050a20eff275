#include <doctest/doctest.h>

#include <thread>

#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using host::FaultKind;
using test::Bed;

namespace {

constexpr std::size_t kLarge = std::size_t{1} << 20;

OpenOptions lost_event(std::uint64_t at) {
  OpenOptions options = test::with_fault(Operation::event_record, FaultKind::lost_completion, at);
  options.watchdog = std::chrono::milliseconds(20);
  return options;
}

}  // namespace

TEST_CASE("a completion that never arrives is found, and named") {
  Bed bed(lost_event(1));
  const auto stream = bed.stream("copies");
  const BlockPtr block = bed.alloc(kLarge);
  const ErrorPtr error = bed.run(bed.fill(stream, span_of(block), 7, 1));
  REQUIRE(error != nullptr);
  CHECK(error->number == kLostCompletion);
  CHECK(error->name == "heddleErrorLostCompletion");
  CHECK(error->arguments == "command=fill stream=copies");
  // The device is none the worse for it.
  CHECK(bed.sync(stream) == nullptr);
  CHECK(bed.contents(span_of(block, 0, 1))[0] == std::byte{7});
  CHECK(bed.times_lost() == 0);
}

TEST_CASE("it is found by a later completion, too, while the stream is still busy") {
  OpenOptions options = lost_event(1);
  host::Fault slow;
  slow.operation = Operation::histogram;
  slow.kind = FaultKind::slow;
  slow.delay = std::chrono::hours(1);
  options.host.faults.push_back(slow);
  Bed bed(options);
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  const BlockPtr counters = bed.alloc(2048);
  const test::PendingPtr lost = bed.submit(bed.fill(stream, span_of(block), 1, 1));
  const test::PendingPtr fine = bed.submit(bed.fill(stream, span_of(block), 2, 1));
  const test::PendingPtr endless = bed.submit(bed.histogram(stream, span_of(counters), span_of(block)));
  const ErrorPtr error = lost->get();
  REQUIRE(error != nullptr);
  CHECK(error->number == kLostCompletion);
  CHECK(fine->get() == nullptr);
  CHECK_FALSE(endless->is_done());
}

TEST_CASE("a lost completion of a command that did not notify is kept for the next that does") {
  Bed bed(lost_event(1));
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  bed.submit_unwatched(bed.fill(stream, span_of(block), 1, 1));
  while (!stream->idle()) std::this_thread::yield();
  const ErrorPtr error = bed.sync(stream);
  REQUIRE(error != nullptr);
  CHECK(error->number == kLostCompletion);
}

TEST_CASE("a lost record still lets other streams go on, and the event is done in the end") {
  Bed bed(lost_event(1));
  const auto first = bed.stream();
  const auto second = bed.stream();
  const auto event = bed.device().event();
  const BlockPtr block = bed.alloc(kLarge);
  std::vector<Command*> batch{&bed.fill(first, span_of(block), 1, 1), &bed.record(first, event),
                              &bed.wait(second, event)};
  Command& after = bed.fill(second, span_of(block), 2, 1);
  const test::PendingPtr done = bed.watch(after);
  batch.push_back(&after);
  bed.device().submit(batch);
  CHECK(done->get() == nullptr);
  while (!event->done()) std::this_thread::yield();
  CHECK(bed.sync(first) != nullptr);
}

TEST_CASE("work that is merely slow is never rejected") {
  OpenOptions options = test::with_slow(Operation::fill, std::chrono::milliseconds(200));
  options.watchdog = std::chrono::milliseconds(5);
  Bed bed(options);
  const auto stream = bed.stream();
  const BlockPtr block = bed.alloc(kLarge);
  const test::PendingPtr slow = bed.submit(bed.fill(stream, span_of(block), 1, 1));
  const test::PendingPtr after = bed.submit(bed.fill(stream, span_of(block), 2, 1));
  CHECK(slow->get() == nullptr);
  CHECK(after->get() == nullptr);
}

TEST_CASE("a device with a lost completion closes without waiting for it") {
  OpenOptions options = lost_event(1);
  options.watchdog = std::chrono::milliseconds(0);
  Bed bed(options);
  const auto stream = bed.stream();
  const test::PendingPtr pending = bed.submit(bed.fill(stream, span_of(bed.alloc(kLarge)), 1, 1));
  bed.close();
  REQUIRE(pending->is_done());
  CHECK(pending->get()->number == kLostCompletion);
}
