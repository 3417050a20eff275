#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

void check_same(const struct statx& got, const struct stat& expected) {
  CHECK((got.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
  CHECK(got.stx_ino == expected.st_ino);
  CHECK(got.stx_mode == expected.st_mode);
  CHECK(got.stx_nlink == expected.st_nlink);
  CHECK(got.stx_uid == expected.st_uid);
  CHECK(got.stx_size == static_cast<std::uint64_t>(expected.st_size));
  CHECK(got.stx_blocks == static_cast<std::uint64_t>(expected.st_blocks));
  CHECK(got.stx_mtime.tv_sec == expected.st_mtim.tv_sec);
  CHECK(got.stx_mtime.tv_nsec == expected.st_mtim.tv_nsec);
}

TEST_CASE_ON_BACKENDS("io: stat of a path and of a descriptor") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string path = folder.file("file", pattern(5000));
  struct stat expected{};
  REQUIRE(::stat(path.c_str(), &expected) == 0);

  struct statx by_path{};
  CHECK(bed.run(stat_task(path, by_path)) == 0);
  check_same(by_path, expected);

  const Descriptor file = open_file(path, O_RDONLY);
  struct statx by_descriptor{};
  CHECK(bed.run(stat_task(file.get(), by_descriptor)) == 0);
  check_same(by_descriptor, expected);
}

TEST_CASE_ON_BACKENDS("io: stat of folders, links and pipes") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  struct statx got{};
  CHECK(bed.run(stat_task(folder.path(""), got)) == 0);
  CHECK(S_ISDIR(got.stx_mode));
  REQUIRE(symlink(folder.file("target", "123").c_str(), folder.path("link").c_str()) == 0);
  CHECK(bed.run(stat_task(folder.path("link"), got)) == 0);  // follows
  CHECK(S_ISREG(got.stx_mode));
  CHECK(got.stx_size == 3);
  const Pipe pipe;
  CHECK(bed.run(stat_task(pipe.read_end.get(), got)) == 0);
  CHECK(S_ISFIFO(got.stx_mode));
}

TEST_CASE_ON_BACKENDS("io: stat of what is not there") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  struct statx got{};
  CHECK(bed.run(stat_task(folder.path("nothing"), got)) == -ENOENT);
  CHECK(bed.run(stat_task(folder.file("file", "") + "/below", got)) == -ENOTDIR);
  CHECK(bed.run(stat_task("", got)) == -ENOENT);
  CHECK(bed.run(stat_task(99'999, got)) == -EBADF);
}

}  // namespace

}  // namespace heddle
