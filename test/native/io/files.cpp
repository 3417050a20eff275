#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

TEST_CASE_ON_BACKENDS("io: open, write, sync, read, close: a file's life") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("life");
  const std::string content = pattern(10'000);

  const auto fd = static_cast<int>(bed.run(open_task(path, O_RDWR | O_CREAT | O_EXCL, 0640)));
  REQUIRE(fd >= 0);
  CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(bed.run(write_task(fd, bytes_of(content), 0)) == 10'000);
  CHECK(bed.run(fsync_task(fd)) == 0);
  CHECK(bed.run(fdatasync_task(fd)) == 0);
  std::string back(10'000, '\0');
  CHECK(bed.run(read_task(fd, writable(back), 0)) == 10'000);
  CHECK(back == content);
  CHECK(bed.run(close_task(fd)) == 0);
  CHECK(fcntl(fd, F_GETFD) == -1);
  CHECK(content_of(path) == content);
}

TEST_CASE_ON_BACKENDS("io: reads beyond the end are short or empty, as in read(2)") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const Descriptor file = open_file(folder.file("short", "0123456789"), O_RDONLY);
  std::string into(100, '.');
  CHECK(bed.run(read_task(file.get(), writable(into), 0)) == 10);
  CHECK(into.substr(0, 12) == "0123456789..");
  CHECK(bed.run(read_task(file.get(), writable(into), 7)) == 3);
  CHECK(into.substr(0, 4) == "7893");
  CHECK(bed.run(read_task(file.get(), writable(into), 10)) == 0);
  CHECK(bed.run(read_task(file.get(), writable(into), 1'000'000)) == 0);
  CHECK(bed.run(read_task(file.get(), {}, 0)) == 0);
  const Descriptor empty = open_file(folder.file("empty", ""), O_RDONLY);
  CHECK(bed.run(read_task(empty.get(), writable(into), 0)) == 0);
}

TEST_CASE_ON_BACKENDS("io: position -1 is the file's own, and moves") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.file("moves", "abcdef");
  const Descriptor file = open_file(path, O_RDWR);
  std::string into(2, '\0');
  CHECK(bed.run(read_task(file.get(), writable(into))) == 2);
  CHECK(into == "ab");
  CHECK(bed.run(read_task(file.get(), writable(into), 4)) == 2);  // does not move it
  CHECK(into == "ef");
  CHECK(bed.run(write_task(file.get(), bytes_of("XY"))) == 2);
  CHECK(bed.run(read_task(file.get(), writable(into))) == 2);
  CHECK(into == "ef");
  CHECK(content_of(path) == "abXYef");

  const Descriptor appending = open_file(path, O_WRONLY | O_APPEND);
  CHECK(bed.run(write_task(appending.get(), bytes_of("!"))) == 1);
  CHECK(bed.run(write_task(appending.get(), bytes_of("?"), 0)) == 1);  // O_APPEND wins
  CHECK(content_of(path) == "abXYef!?");
}

TEST_CASE_ON_BACKENDS("io: a write beyond the end leaves a hole") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("hole");
  const Descriptor file = open_file(path, O_RDWR | O_CREAT);
  CHECK(bed.run(write_task(file.get(), bytes_of("end"), 5000)) == 3);
  CHECK(content_of(path) == std::string(5000, '\0') + "end");
}

TEST_CASE_ON_BACKENDS("io: readv and writev go through their parts, empty ones too") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.path("parts");
  const Descriptor file = open_file(path, O_RDWR | O_CREAT);
  std::string first = "one,";
  std::string second = "two,";
  std::string third = "three";
  const std::array<iovec, 4> out{
      {{first.data(), first.size()}, {nullptr, 0}, {second.data(), second.size()}, {third.data(), third.size()}}};
  CHECK(bed.run(writev_task(file.get(), out, 0)) == 13);
  CHECK(content_of(path) == "one,two,three");

  std::string head(6, '.');
  std::string tail(20, '.');
  const std::array<iovec, 2> in{{{head.data(), head.size()}, {tail.data(), tail.size()}}};
  CHECK(bed.run(readv_task(file.get(), in, 0)) == 13);
  CHECK(head == "one,tw");
  CHECK(tail.substr(0, 8) == "o,three.");
  CHECK(bed.run(readv_task(file.get(), in, -1)) == 13);
  CHECK(bed.run(readv_task(file.get(), in, -1)) == 0);
  CHECK(bed.run(readv_task(file.get(), {}, 0)) == 0);
  const std::vector<iovec> too_many(IOV_MAX + 1, iovec{head.data(), 1});
  CHECK(bed.run(readv_task(file.get(), too_many, 0)) == -EINVAL);
}

TEST_CASE_ON_BACKENDS("io: large transfers, inline and on the kernel's workers, carry every byte") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  for (const std::size_t bytes :
       {(std::size_t{128} << 10) - 1, std::size_t{128} << 10, (std::size_t{128} << 10) + 1, std::size_t{3} << 20}) {
    CAPTURE(bytes);
    const std::string content = pattern(bytes, static_cast<unsigned>(bytes));
    const std::string path = folder.path("large");
    const Descriptor file = open_file(path, O_RDWR | O_CREAT | O_TRUNC);
    CHECK(bed.run(write_task(file.get(), bytes_of(content), 0)) == static_cast<std::int64_t>(bytes));
    std::string back(bytes, '\0');
    CHECK(bed.run(read_task(file.get(), writable(back), 0)) == static_cast<std::int64_t>(bytes));
    CHECK(back == content);
  }
}

Task<std::int64_t> read_on_worker(int fd, std::span<std::byte> bytes) {
  io::Operation operation = io::read(fd, bytes, 0);
  operation.on_kernel_worker();
  const io::Result result = co_await operation;
  co_return result.value_or_throw("read");
}

TEST_CASE_ON_BACKENDS("io: a small read left to the kernel's workers") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const Descriptor file = open_file(folder.file("small", "worker"), O_RDONLY);
  std::string into(6, '\0');
  CHECK(bed.run(read_on_worker(file.get(), writable(into))) == 6);
  CHECK(into == "worker");
  CHECK_THROWS_AS(bed.run(read_on_worker(-1, writable(into))), std::system_error);
}

// A ring counts bytes in 32 bits: taken modulo 2^32, such a read would look like the end of the file.
TEST_CASE_ON_BACKENDS("io: a transfer of 4 GiB is not one of nothing") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const Descriptor file = open_file(folder.file("little", "little"), O_RDONLY);
  for (const std::size_t bytes : {std::size_t{1} << 32, (std::size_t{1} << 32) + 3, std::size_t{1} << 31}) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    CHECK(bed.run(read_task(file.get(), {static_cast<std::byte*>(memory), bytes}, 0)) == 6);
    munmap(memory, bytes);
  }
}

TEST_CASE_ON_BACKENDS("io: what is in the page cache and what is not reads the same") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string content = pattern(1 << 20);
  const Descriptor file = open_file(folder.file("cold", content), O_RDWR);
  for (const bool cold : {false, true, false}) {
    if (cold) evict(file.get());
    for (const std::size_t offset : {std::size_t{0}, std::size_t{4096}, std::size_t{777'777}}) {
      std::string into(64 << 10, '\0');
      CHECK(bed.run(read_task(file.get(), writable(into), static_cast<std::int64_t>(offset))) == 64 << 10);
      CHECK(into == content.substr(offset, 64 << 10));
    }
  }
}

TEST_CASE_ON_BACKENDS("io: O_DIRECT with aligned memory; unaligned is EINVAL") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string content = pattern(64 << 10);
  const std::string path = folder.file("direct", content);
  const auto opened = bed.run(open_task(path, O_RDWR | O_DIRECT));
  if (opened == -EINVAL) {
    MESSAGE("skipped, the file system of " << path << " has no O_DIRECT");
    return;
  }
  const Descriptor file(static_cast<int>(opened));
  struct alignas(4096) Block {
    std::array<char, 4096> bytes;
  };
  std::vector<Block> blocks(16);
  const std::span<std::byte> all = std::as_writable_bytes(std::span(blocks));
  CHECK(bed.run(read_task(file.get(), all, 0)) == 64 << 10);
  CHECK(std::string_view(blocks[0].bytes.data(), 64 << 10) == content);
  CHECK(bed.run(write_task(file.get(), all.subspan(4096, 4096), 0)) == 4096);
  CHECK(bed.run(fsync_task(file.get())) == 0);
  CHECK(content_of(path).substr(0, 4096) == content.substr(4096, 4096));
  CHECK(bed.run(read_task(file.get(), all.subspan(1, 4096), 0)) == -EINVAL);
}

}  // namespace

}  // namespace heddle
