#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
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

TEST_CASE_ON_BACKENDS("io: close ends a read that waits, and data written later is not eaten") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  for (const std::size_t bytes : {std::size_t{10}, std::size_t{1} << 20}) {
    Pipe pipe;
    const Descriptor other(dup(pipe.read_end.get()));
    std::string into(bytes, '.');
    Outcome read;
    bed.start(read_task(pipe.read_end.get(), writable(into)), read);
    CHECK(!read.done());
    CHECK(bed.run(close_task(pipe.read_end.release())) == 0);
    bed.drive_until([&] { return read.done(); });
    CHECK(read.value == -ECANCELED);
    pipe.put("later");
    std::string seen(5, '\0');
    REQUIRE(::read(other.get(), seen.data(), seen.size()) == 5);
    CHECK(seen == "later");
    CHECK(into == std::string(bytes, '.'));
  }
}

TEST_CASE_ON_BACKENDS("io: close ends all reads and writes of its descriptor, and no others") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  Pipe pipe;
  Pipe bystander;
  std::array<std::string, 4> into;
  into.fill("...");
  std::array<Outcome, 3> reads;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    bed.start(read_task(pipe.read_end.get(), writable(into[i])), reads[i]);
  }
  Outcome other;
  bed.start(read_task(bystander.read_end.get(), writable(into[3])), other);
  CHECK(bed.run(close_task(pipe.read_end.release())) == 0);
  bed.drive_until([&] { return reads[0].done() && reads[1].done() && reads[2].done(); });
  for (const Outcome& read : reads) CHECK(read.value == -ECANCELED);
  bed.settle();
  CHECK(!other.done());
  bystander.put("abc");
  bed.drive_until([&] { return other.done(); });
  CHECK(other.value == 3);
}

// The reads are awake and compete for one byte while their descriptor is closed.
TEST_CASE_ON_BACKENDS("io: close while reads are waking up: each ends, none comes back for more") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  for (int i = 0; i < rounds(500); ++i) {
    Pipe pipe;
    const Descriptor other(dup(pipe.read_end.get()));
    std::vector<std::string> into(4, ".");
    std::vector<Outcome> reads(4);
    for (std::size_t r = 0; r < reads.size(); ++r) {
      bed.start(read_task(pipe.read_end.get(), writable(into[r])), reads[r]);
    }
    pipe.put("x");
    for (int pause = 0; pause < i % 4; ++pause) bed.executor.poll();
    CHECK(bed.run(close_task(pipe.read_end.release())) == 0);
    std::size_t got = 0;
    for (const Outcome& read : reads) {
      bed.drive_until([&] { return read.done(); });
      REQUIRE((read.value == 1 || read.value == -ECANCELED));
      got += read.value == 1 ? 1 : 0;
    }
    const std::string left = [&] {
      std::string rest(1, '\0');
      fcntl(other.get(), F_SETFL, O_NONBLOCK);
      rest.resize(::read(other.get(), rest.data(), 1) == 1 ? 1 : 0);
      return rest;
    }();
    REQUIRE(got + left.size() == 1);
  }
}

TEST_CASE_ON_BACKENDS("io: a number that is given out again belongs to its new file alone") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  for (int i = 0; i < rounds(200); ++i) {
    Pipe old;
    std::string into(3, '.');
    Outcome read;
    bed.start(read_task(old.read_end.get(), writable(into)), read);
    const int number = old.read_end.release();
    CHECK(bed.run(close_task(number)) == 0);
    const Pipe fresh;  // takes the number
    REQUIRE((fresh.read_end.get() == number || fresh.write_end.get() == number));
    fresh.put("new");
    bed.drive_until([&] { return read.done(); });
    REQUIRE(read.value == -ECANCELED);
    REQUIRE(into == "...");
    REQUIRE(bed.run(read_task(fresh.read_end.get(), writable(into))) == 3);
    REQUIRE(into == "new");
  }
}

TEST_CASE_ON_BACKENDS("io: close after writes that were not awaited: each write has happened or was cancelled") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string block = pattern(4096);
  for (int i = 0; i < rounds(100); ++i) {
    const std::string path = folder.path("writes");
    Descriptor file = open_file(path, O_RDWR | O_CREAT | O_TRUNC);
    std::vector<Outcome> writes(8);
    for (std::size_t w = 0; w < writes.size(); ++w) {
      bed.spawn(write_task(file.get(), bytes_of(block), static_cast<std::int64_t>(w * block.size())), writes[w]);
    }
    Outcome close;
    bed.spawn(close_task(file.release()), close);
    bed.drive_until([&] { return close.done(); });
    CHECK(close.value == 0);
    for (const Outcome& write : writes) bed.drive_until([&] { return write.done(); });
    const std::string content = content_of(path);
    for (std::size_t w = 0; w < writes.size(); ++w) {
      REQUIRE((writes[w].value == 4096 || writes[w].value == -ECANCELED));
      if (writes[w].value == 4096) REQUIRE(content.substr(w * block.size(), block.size()) == block);
    }
  }
}

}  // namespace

}  // namespace heddle
