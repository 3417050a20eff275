#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "test/native/support/io_bed.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

using namespace test;

TEST_CASE_ON_BACKENDS("io: stopped before it began, an operation does nothing") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("never");
  StopSource stop;
  stop.request_stop();
  CHECK(bed.run(open_task(path, O_RDWR | O_CREAT, 0600, stop.token())) == -ECANCELED);
  CHECK(!std::filesystem::exists(path));
  CHECK(bed.executor.io().in_flight() == 0);
}

TEST_CASE_ON_BACKENDS("io: stopped before it reached the kernel, an operation does nothing") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("never");
  StopSource stop;
  Outcome outcome;
  // One round: both run before this round's flush.
  bed.spawn(open_task(path, O_RDWR | O_CREAT, 0600, stop.token()), outcome);
  bed.scope.spawn_on(bed.executor, [](StopSource& source) -> Task<void> {
    source.request_stop();
    co_return;
  }(stop));
  bed.drive_until([&] { return outcome.done(); });
  CHECK(outcome.value == -ECANCELED);
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE_ON_BACKENDS("io: a waiting read is cancelled, and what comes later is there for others") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  StopSource stop;
  std::string into(10, '.');
  Outcome read;
  bed.start(read_task(pipe.read_end.get(), writable(into), -1, stop.token()), read);
  CHECK(!read.done());
  stop.request_stop();
  bed.drive_until([&] { return read.done(); });
  CHECK(read.value == -ECANCELED);
  CHECK(read.times == 1);
  CHECK(bed.executor.io().in_flight() == 0);
  pipe.put("later");
  CHECK(bed.run(read_task(pipe.read_end.get(), writable(into))) == 5);
  CHECK(into == "later.....");
}

TEST_CASE_ON_BACKENDS("io: a waiting write is cancelled") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  const std::string content = pattern(static_cast<std::size_t>(fcntl(pipe.write_end.get(), F_GETPIPE_SZ)));
  pipe.put(content);
  StopSource stop;
  Outcome write;
  bed.start(write_task(pipe.write_end.get(), bytes_of("never"), -1, stop.token()), write);
  CHECK(!write.done());
  stop.request_stop();
  bed.drive_until([&] { return write.done(); });
  CHECK(write.value == -ECANCELED);
  CHECK(pipe.drain() == content);
}

TEST_CASE_ON_BACKENDS("io: a large read that waits is cancelled too") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  StopSource stop;
  std::string into(1 << 20, '.');
  Outcome read;
  bed.start(read_task(pipe.read_end.get(), writable(into), -1, stop.token()), read);
  stop.request_stop();
  bed.drive_until([&] { return read.done(); });
  CHECK(read.value == -ECANCELED);
  pipe.put("later");
  CHECK(pipe.drain() == "later");
}

TEST_CASE_ON_BACKENDS("io: a stop after the end changes nothing") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  StopSource stop;
  std::string into(10, '.');
  Outcome read;
  bed.start(read_task(pipe.read_end.get(), writable(into), -1, stop.token()), read);
  pipe.put("abc");
  bed.drive_until([&] { return read.done(); });
  stop.request_stop();
  bed.settle();
  CHECK(read.value == 3);
  CHECK(read.times == 1);
}

TEST_CASE_ON_BACKENDS("io: data and stop at the same time: the bytes are either told or still there") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  for (int i = 0; i < rounds(500); ++i) {
    StopSource stop;
    std::string into(3, '.');
    Outcome read;
    bed.start(read_task(pipe.read_end.get(), writable(into), -1, stop.token()), read);
    if (i % 2 == 0) {
      pipe.put("abc");
      stop.request_stop();
    } else {
      stop.request_stop();
      pipe.put("abc");
    }
    bed.drive_until([&] { return read.done(); });
    if (read.value == -ECANCELED) {
      REQUIRE(pipe.drain() == "abc");
    } else {
      REQUIRE(read.value == 3);
      REQUIRE(into == "abc");
    }
  }
}

// open() of a FIFO blocks until somebody opens the other end, as open(2) does.
TEST_CASE_ON_BACKENDS("io: an open that waits for the other end of a FIFO goes on when it comes") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  Outcome writer;
  bed.start(open_task(path, O_WRONLY), writer);
  CHECK(!writer.done());
  Outcome reader;
  bed.start(open_task(path, O_RDONLY), reader);
  bed.drive_until([&] { return reader.done() && writer.done(); });
  REQUIRE(reader.value >= 0);
  REQUIRE(writer.value >= 0);
  const Descriptor from(static_cast<int>(reader.value));
  const Descriptor to(static_cast<int>(writer.value));
  CHECK(bed.run(write_task(to.get(), bytes_of("x"))) == 1);
  std::string into(1, '.');
  CHECK(bed.run(read_task(from.get(), writable(into))) == 1);
}

TEST_CASE_ON_BACKENDS("io: an open that blocks is cancelled") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  for (int i = 0; i < rounds(300); ++i) {
    StopSource stop;
    Outcome open;
    bed.start(open_task(path, O_WRONLY, 0, stop.token()), open);
    for (int pause = 0; pause < i % 5; ++pause) bed.executor.poll();
    stop.request_stop();
    bed.drive_until([&] { return open.done(); });
    REQUIRE(open.value == -ECANCELED);
  }
}

// One of them can be on its way into its system call when the signal comes; the end of another must not make
// the backend forget it.
TEST_CASE_ON_BACKENDS("io: many opens that block are cancelled together, running ones and queued ones") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  for (int i = 0; i < rounds(100); ++i) {
    StopSource stop;
    std::vector<Outcome> opens(12);
    for (Outcome& open : opens) bed.start(open_task(path, O_WRONLY, 0, stop.token()), open);
    stop.request_stop();
    for (Outcome& open : opens) {
      bed.drive_until([&] { return open.done(); });
      REQUIRE(open.value == -ECANCELED);
      REQUIRE(open.times == 1);
    }
  }
}

}  // namespace

}  // namespace heddle
