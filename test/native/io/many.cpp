#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "test/native/support/io_bed.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

using namespace test;

// Far more than a ring has entries.
constexpr std::size_t kMany = 10'000;

bool all_done(const std::vector<Outcome>& outcomes) {
  return std::all_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) { return outcome.done(); });
}

TEST_CASE_ON_BACKENDS("io: ten thousand reads at once, each with its own bytes") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  constexpr std::size_t kBytes = 512;
  const std::string content = pattern(kMany * kBytes);
  const Descriptor file = open_file(folder.file("many", content), O_RDONLY);
  std::vector<std::string> into(kMany, std::string(kBytes, '\0'));
  std::vector<Outcome> reads(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    bed.spawn(read_task(file.get(), writable(into[i]), static_cast<std::int64_t>(i * kBytes)), reads[i]);
  }
  bed.drive_until([&] { return all_done(reads); });
  for (std::size_t i = 0; i < kMany; ++i) {
    REQUIRE(reads[i].times == 1);
    REQUIRE(reads[i].value == static_cast<std::int64_t>(kBytes));
    REQUIRE(content.compare(i * kBytes, kBytes, into[i]) == 0);
  }
  CHECK(bed.executor.io().in_flight() == 0);
}

TEST_CASE_ON_BACKENDS("io: ten thousand operations of all kinds at once") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.file("kinds", pattern(4096));
  const Descriptor file = open_file(path, O_RDWR);
  std::vector<Outcome> outcomes(kMany);
  std::vector<std::string> into(kMany, std::string(16, '\0'));
  std::vector<struct statx> stats(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    switch (i % 4) {
      case 0:
        bed.spawn(read_task(file.get(), writable(into[i]), 0), outcomes[i]);
        break;
      case 1:
        bed.spawn(stat_task(path, stats[i]), outcomes[i]);
        break;
      case 2:
        bed.spawn(read_task(-1, writable(into[i]), 0), outcomes[i]);
        break;
      default:
        bed.spawn(write_task(file.get(), bytes_of("0123456789abcdef"), 0), outcomes[i]);
        break;
    }
  }
  bed.drive_until([&] { return all_done(outcomes); });
  for (std::size_t i = 0; i < kMany; ++i) {
    constexpr std::int64_t kExpected[] = {16, 0, -EBADF, 16};
    REQUIRE(outcomes[i].value == kExpected[i % 4]);
    REQUIRE(outcomes[i].times == 1);
    if (i % 4 == 1) REQUIRE(stats[i].stx_size == 4096);
  }
}

// They complete all at once while nobody reaps: more than a completion queue holds.
TEST_CASE_ON_BACKENDS("io: more completions than the completion queue holds") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const std::size_t many = kSanitized ? 5'000 : kMany;
  Pipe pipe;
  REQUIRE(fcntl(pipe.write_end.get(), F_SETPIPE_SZ, 1 << 16) > 0);
  std::string into(many, '\0');
  std::vector<Outcome> reads(many);
  for (std::size_t i = 0; i < many; ++i) {
    bed.spawn(read_task(pipe.read_end.get(), writable(into).subspan(i, 1)), reads[i]);
  }
  bed.settle();
  CHECK(bed.executor.io().in_flight() == many);
  std::string sent = pattern(many);
  pipe.put(sent);
  bed.drive_until([&] { return all_done(reads); });
  for (const Outcome& read : reads) REQUIRE(read.value == 1);
  std::sort(into.begin(), into.end());
  std::sort(sent.begin(), sent.end());
  CHECK(into == sent);
}

TEST_CASE_ON_BACKENDS("io: ten thousand waiting reads are cancelled") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const std::size_t many = kSanitized ? 5'000 : kMany;
  Pipe pipe;
  StopSource stop;
  std::string into(many, '.');
  std::vector<Outcome> reads(many);
  for (std::size_t i = 0; i < many; ++i) {
    bed.spawn(read_task(pipe.read_end.get(), writable(into).subspan(i, 1), -1, stop.token()), reads[i]);
  }
  bed.settle();
  stop.request_stop();
  bed.drive_until([&] { return all_done(reads); });
  for (const Outcome& read : reads) REQUIRE(read.value == -ECANCELED);
  CHECK(bed.executor.io().in_flight() == 0);
  pipe.put("later");
  CHECK(pipe.drain() == "later");
}

// Files are copied on the submitting thread: a poll hands over about as many bytes as its budget allows.
TEST_CASE("io: a poll submits no more bytes than its budget, and goes on with the next") {
  if (!uring_available()) return;
  IoBed bed(options<Uring>());
  const TemporaryFolder folder;
  const std::string content = pattern(64 << 10);
  const Descriptor file = open_file(folder.file("budget", content), O_RDONLY);
  std::vector<std::string> into(100, std::string(content.size(), '\0'));
  std::vector<Outcome> reads(into.size());
  for (std::size_t i = 0; i < reads.size(); ++i) bed.spawn(read_task(file.get(), writable(into[i]), 0), reads[i]);
  int polls = 1;
  while (bed.executor.poll({.inline_bytes = std::size_t{1} << 20})) ++polls;
  bed.drive_until([&] { return all_done(reads); });
  CHECK(polls >= 100 * 64 / 1024);
  for (const std::string& bytes : into) REQUIRE(bytes == content);
}

}  // namespace

}  // namespace heddle
