#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

TEST_CASE_ON_BACKENDS("io: a read of an empty pipe waits for data, and for the end") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  std::string into(10, '.');
  Outcome read;
  bed.start(read_task(pipe.read_end.get(), writable(into)), read);
  CHECK(!read.done());
  CHECK(bed.executor.io().in_flight() == 1);
  pipe.put("abc");
  bed.drive_until([&] { return read.done(); });
  CHECK(read.value == 3);
  CHECK(into.substr(0, 4) == "abc.");

  Outcome end;
  bed.start(read_task(pipe.read_end.get(), writable(into)), end);
  CHECK(!end.done());
  pipe.write_end.reset();
  bed.drive_until([&] { return end.done(); });
  CHECK(end.value == 0);
  CHECK(bed.executor.io().in_flight() == 0);
}

TEST_CASE_ON_BACKENDS("io: a pipe has no positions: an offset is ignored") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const Pipe pipe;
  CHECK(bed.run(write_task(pipe.write_end.get(), bytes_of("abc"), 100)) == 3);
  std::string into(3, '.');
  CHECK(bed.run(read_task(pipe.read_end.get(), writable(into), 7)) == 3);
  CHECK(into == "abc");
}

TEST_CASE_ON_BACKENDS("io: a write to a full pipe waits for room") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const Pipe pipe;
  const std::string content = pattern(static_cast<std::size_t>(fcntl(pipe.write_end.get(), F_GETPIPE_SZ)));
  CHECK(bed.run(write_task(pipe.write_end.get(), bytes_of(content))) == static_cast<std::int64_t>(content.size()));
  Outcome more;
  bed.start(write_task(pipe.write_end.get(), bytes_of("more")), more);
  CHECK(!more.done());
  CHECK(pipe.drain() == content);
  bed.drive_until([&] { return more.done(); });
  CHECK(more.value == 4);
  CHECK(pipe.drain() == "more");
}

TEST_CASE_ON_BACKENDS("io: who waits for a pipe gets its bytes in the order of asking, and so does a pipe") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const Pipe pipe;
  constexpr std::size_t kMany = 20;
  std::string into(kMany, '.');
  std::vector<Outcome> reads(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    bed.start(read_task(pipe.read_end.get(), writable(into).subspan(i, 1)), reads[i]);
  }
  std::string expected;
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string letter(1, static_cast<char>('a' + i));
    pipe.put(letter);
    expected += letter;
    bed.drive_until([&] { return reads[i].done(); });
    CHECK(into == expected + std::string(kMany - i - 1, '.'));
  }

  const std::string content = pattern(static_cast<std::size_t>(fcntl(pipe.write_end.get(), F_GETPIPE_SZ)));
  CHECK(bed.run(write_task(pipe.write_end.get(), bytes_of(content))) == static_cast<std::int64_t>(content.size()));
  std::vector<Outcome> writes(kMany);
  for (std::size_t i = 0; i < kMany; ++i) {
    bed.start(write_task(pipe.write_end.get(), bytes_of(expected).subspan(i, 1)), writes[i]);
  }
  CHECK(pipe.drain() == content);
  bed.drive_until([&] { return writes.back().done(); });
  CHECK(pipe.drain() == expected);
}

TEST_CASE_ON_BACKENDS("io: a write to a pipe that nobody reads is EPIPE") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  pipe.read_end.reset();
  CHECK(bed.run(write_task(pipe.write_end.get(), bytes_of("x"))) == -EPIPE);
}

TEST_CASE_ON_BACKENDS("io: O_NONBLOCK asks for EAGAIN instead of a wait, as in read(2)") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  REQUIRE(mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  Pipe named;
  named.read_end = open_file(folder.path("fifo"), O_RDONLY | O_NONBLOCK);
  named.write_end = open_file(folder.path("fifo"), O_WRONLY | O_NONBLOCK);
  const Pipe anonymous(O_NONBLOCK);
  for (const Pipe* pipe : {&anonymous, static_cast<const Pipe*>(&named)}) {
    std::string into(10, '.');
    CHECK(bed.run(read_task(pipe->read_end.get(), writable(into))) == -EAGAIN);
    pipe->put("abc");
    CHECK(bed.run(read_task(pipe->read_end.get(), writable(into))) == 3);
    const std::string content = pattern(static_cast<std::size_t>(fcntl(pipe->write_end.get(), F_GETPIPE_SZ)));
    CHECK(bed.run(write_task(pipe->write_end.get(), bytes_of(content))) == static_cast<std::int64_t>(content.size()));
    CHECK(bed.run(write_task(pipe->write_end.get(), bytes_of("x"))) == -EAGAIN);
    CHECK(pipe->drain() == content);
  }
  const Descriptor file = open_file(folder.file("file", "content"), O_RDONLY | O_NONBLOCK);
  std::string into(7, '.');
  CHECK(bed.run(read_task(file.get(), writable(into))) == 7);
}

TEST_CASE_ON_BACKENDS("io: several reads share what comes, and each byte goes to one of them") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  constexpr std::size_t kReads = 20;
  std::vector<std::string> into(kReads, std::string(1, '.'));
  std::vector<Outcome> reads(kReads);
  for (std::size_t i = 0; i < kReads; ++i) {
    bed.start(read_task(pipe.read_end.get(), writable(into[i])), reads[i]);
  }
  const auto ended = [&] {
    return static_cast<std::size_t>(
        std::count_if(reads.begin(), reads.end(), [](const Outcome& r) { return r.done(); }));
  };
  for (std::size_t i = 0; i < kReads; ++i) {
    pipe.put(std::string(1, static_cast<char>('a' + i)));
    bed.drive_until([&] { return ended() >= i + 1; });
    CHECK(ended() == i + 1);
  }
  std::string all;
  for (const std::string& bytes : into) all += bytes;
  std::sort(all.begin(), all.end());
  CHECK(all == "abcdefghijklmnopqrst");
  for (const Outcome& read : reads) CHECK(read.times == 1);
}

TEST_CASE_ON_BACKENDS("io: read and write wait side by side on one socket") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  const Descriptor near(ends[0]);
  const Descriptor far(ends[1]);
  // Fill the way out, so that a write has to wait.
  const std::string block(4096, 'x');
  std::size_t filled = 0;
  for (;;) {
    const ssize_t sent = send(near.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (sent < 0) break;
    filled += static_cast<std::size_t>(sent);
  }
  std::string into(10, '.');
  Outcome read;
  Outcome write;
  bed.start(read_task(near.get(), writable(into)), read);
  bed.start(write_task(near.get(), bytes_of("after")), write);
  CHECK(!read.done());
  CHECK(!write.done());
  REQUIRE(send(far.get(), "hello", 5, 0) == 5);
  bed.drive_until([&] { return read.done(); });
  CHECK(read.value == 5);
  CHECK(!write.done());
  std::string taken(filled, '\0');
  REQUIRE(recv(far.get(), taken.data(), taken.size(), MSG_WAITALL) == static_cast<ssize_t>(filled));
  bed.drive_until([&] { return write.done(); });
  CHECK(write.value == 5);
}

}  // namespace

}  // namespace heddle
