#include "cuda/action.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "cuda/host/driver.hpp"
#include "native/trace.hpp"
#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

// Copies there and back by two calls of the driver.
class ThereAndBack final : public StreamAction {
 public:
  ThereAndBack(Span there, Span back) : there_(std::move(there)), back_(std::move(back)) {}

  Status carry_out(Driver& driver, StreamHandle stream) noexcept override {
    const Status status = driver.copy(there_.address, there_.space, back_.address, back_.space, back_.bytes, stream);
    if (status != kSuccess) return status;
    return driver.copy(back_.address, back_.space, there_.address, there_.space, back_.bytes, stream);
  }
  Operation operation() const noexcept override { return Operation::copy; }
  const char* name() const noexcept override { return "there and back"; }
  std::string arguments() const override { return "legs=2"; }
  std::size_t bytes() const noexcept override { return 2 * back_.bytes; }

 private:
  Span there_;
  Span back_;
};

Command& action(Bed& bed, const std::shared_ptr<cuda::Stream>& stream, std::unique_ptr<StreamAction> action) {
  Command& command = bed.notify(stream);
  command.kind = CommandKind::action;
  command.action = std::move(action);
  return command;
}

class CountingJob final : public host::Job {
 public:
  CountingJob(std::atomic<int>& runs, Status status, std::size_t weight) noexcept
      : runs_(runs), status_(status), weight_(weight) {}

  Status run(const std::atomic<bool>&) noexcept override {
    ++runs_;
    return status_;
  }
  std::size_t weight() const noexcept override { return weight_; }

 private:
  std::atomic<int>& runs_;
  const Status status_;
  const std::size_t weight_;
};

}  // namespace

TEST_CASE("an action takes its turn in the stream, and its memory lives until it is done") {
  for (const OpenOptions& options : test::all_devices()) {
    CAPTURE(options.ordinal.has_value());
    Bed bed(options);
    const auto stream = bed.stream();
    constexpr std::size_t kBytes = 300'000;
    const BlockPtr kept = bed.alloc(kBytes);
    {
      const BlockPtr there = bed.alloc(kBytes);
      bed.submit_unwatched(bed.fill(stream, span_of(kept), 7, 1));
      Command& command = action(bed, stream, std::make_unique<ThereAndBack>(span_of(there), span_of(kept)));
      bed.submit_unwatched(command);
      bed.submit_unwatched(bed.fill(stream, span_of(kept, 0, 1), 8, 1));
    }
    REQUIRE(bed.sync(stream) == nullptr);
    const std::vector<std::byte> found = bed.contents(span_of(kept));
    CHECK(found[0] == std::byte{8});
    CHECK(found[1] == std::byte{7});
    CHECK(found[kBytes - 1] == std::byte{7});
  }
}

TEST_CASE("an action's error is its own, and kept when it does not notify") {
  Bed bed(test::with_fault(Operation::copy, host::FaultKind::fail, 2));
  const auto stream = bed.stream();
  const BlockPtr a = bed.alloc(64);
  const BlockPtr b = bed.alloc(64);
  bed.submit_unwatched(action(bed, stream, std::make_unique<ThereAndBack>(span_of(a), span_of(b))));
  const ErrorPtr error = bed.sync(stream);
  REQUIRE(error != nullptr);
  CHECK(error->operation == "cudaMemcpyAsync");
  CHECK(error->arguments == "legs=2");
  CHECK(bed.run(action(bed, stream, std::make_unique<ThereAndBack>(span_of(a), span_of(b)))) == nullptr);
}

TEST_CASE("an action that is refused is dropped without being carried out") {
  Bed bed;
  const auto stream = bed.stream();
  std::weak_ptr<Block> block;
  Command* command = nullptr;
  {
    const BlockPtr used = bed.alloc(64);
    block = used;
    command = &action(bed, stream, std::make_unique<ThereAndBack>(span_of(used), span_of(used)));
  }
  bed.close();
  const ErrorPtr error = bed.run(*command);
  REQUIRE(error != nullptr);
  CHECK(error->number == kDeviceClosed);
  CHECK(block.expired());
}

TEST_CASE("a trace names an action") {
  trace::start();
  {
    Bed bed;
    const auto stream = bed.stream("acting");
    const BlockPtr a = bed.alloc(64);
    const BlockPtr b = bed.alloc(64);
    REQUIRE(bed.run(action(bed, stream, std::make_unique<ThereAndBack>(span_of(a), span_of(b)))) == nullptr);
  }
  const trace::Recording recording = trace::stop();
  bool found = false;
  for (const trace::Span& span : recording.spans) {
    if (std::string(span.name) == "there and back") found = span.bytes == 128;
  }
  CHECK(found);
}

TEST_CASE("a job runs on its stream, small ones at once; what it dies of, the device dies of") {
  for (const std::size_t weight : {std::size_t{0}, std::size_t{1} << 30}) {
    CAPTURE(weight);
    std::atomic<int> runs{0};
    host::HostDriver driver({});
    StreamHandle stream = nullptr;
    REQUIRE(driver.stream_create(Priority::normal, stream) == kSuccess);
    const auto enqueue = [&](Status status) {
      return driver.enqueue(Operation::copy, stream, std::make_unique<CountingJob>(runs, status, weight));
    };
    REQUIRE(enqueue(kSuccess) == kSuccess);
    while (driver.stream_query(stream) == kNotReady) continue;
    CHECK(runs == 1);
    REQUIRE(enqueue(kIllegalAddress) == kSuccess);
    while (driver.sticky_error() == kSuccess) continue;
    CHECK(runs == 2);
    CHECK(enqueue(kSuccess) == kIllegalAddress);
    driver.stream_destroy(stream);
  }
}
