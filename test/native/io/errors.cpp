#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

#include "test/native/support/child.hpp"
#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace test;

constexpr int kNoDescriptor = 99'999;

TEST_CASE_ON_BACKENDS("io: errors of open") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  const std::string file = folder.file("file", "x");
  CHECK(bed.run(open_task(folder.path("nothing"), O_RDONLY)) == -ENOENT);
  CHECK(bed.run(open_task("", O_RDONLY)) == -ENOENT);
  CHECK(bed.run(open_task(folder.path(""), O_WRONLY)) == -EISDIR);
  CHECK(bed.run(open_task(file + "/below", O_RDONLY)) == -ENOTDIR);
  CHECK(bed.run(open_task(file, O_RDONLY | O_DIRECTORY)) == -ENOTDIR);
  CHECK(bed.run(open_task(file, O_RDWR | O_CREAT | O_EXCL)) == -EEXIST);
  CHECK(bed.run(open_task(folder.path(std::string(300, 'x')), O_RDONLY)) == -ENAMETOOLONG);
  REQUIRE(symlink("loop", folder.path("loop").c_str()) == 0);
  CHECK(bed.run(open_task(folder.path("loop"), O_RDONLY)) == -ELOOP);
}

TEST_CASE_ON_BACKENDS("io: errors of read and write") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const TemporaryFolder folder;
  std::string bytes(16, 'x');
  const std::string path = folder.file("file", "content");
  const Descriptor directory = open_file(folder.path(""), O_RDONLY);
  const Descriptor read_only = open_file(path, O_RDONLY);
  const Descriptor write_only = open_file(path, O_WRONLY);
  CHECK(bed.run(read_task(directory.get(), writable(bytes), 0)) == -EISDIR);
  CHECK(bed.run(read_task(write_only.get(), writable(bytes), 0)) == -EBADF);
  CHECK(bed.run(write_task(read_only.get(), bytes_of(bytes), 0)) == -EBADF);
  CHECK(bed.run(read_task(-1, writable(bytes), 0)) == -EBADF);
  CHECK(bed.run(read_task(kNoDescriptor, writable(bytes))) == -EBADF);
  CHECK(bed.run(write_task(kNoDescriptor, bytes_of(bytes))) == -EBADF);
  CHECK(bed.run(read_task(read_only.get(), writable(bytes), -2)) == -EINVAL);
  CHECK(bed.run(read_task(read_only.get(), {reinterpret_cast<std::byte*>(8), 16}, 0)) == -EFAULT);
  const Descriptor full = open_file("/dev/full", O_WRONLY);
  CHECK(bed.run(write_task(full.get(), bytes_of(bytes))) == -ENOSPC);
}

TEST_CASE_ON_BACKENDS("io: errors of fsync, fdatasync and close") {
  SKIP_WITHOUT_BACKEND();
  IoBed bed(options<Choice>());
  const Pipe pipe;
  CHECK(bed.run(fsync_task(pipe.read_end.get())) == -EINVAL);
  CHECK(bed.run(fdatasync_task(kNoDescriptor)) == -EBADF);
  CHECK(bed.run(close_task(kNoDescriptor)) == -EBADF);
  CHECK(bed.run(close_task(-1)) == -EBADF);
}

// As nobody: root may read everything.
template <class Choice>
int open_without_permission(std::string& said) {
  const TemporaryFolder folder;
  const std::string path = folder.file("secret", "x");
  if (chmod(path.c_str(), 0) != 0) return 1;
  if (geteuid() == 0 && seteuid(65534) != 0) return 2;
  IoBed bed(options<Choice>());
  const std::int64_t closed_file = bed.run(open_task(path, O_RDONLY));
  const std::int64_t foreign_folder = bed.run(open_task("/proc/1/heddle-test", O_WRONLY | O_CREAT));
  said = "secret file: " + std::to_string(closed_file) + ", foreign folder: " + std::to_string(foreign_folder);
  if (geteuid() != getuid() && seteuid(0) != 0) return 3;
  return closed_file == -EACCES && foreign_folder < 0 ? 0 : 4;
}

TEST_CASE_ON_BACKENDS("io: EACCES without permission") {
  SKIP_WITHOUT_BACKEND();
  const ChildOutcome child = run_in_child(open_without_permission<Choice>);
  INFO(child.said);
  CHECK(child.exited_with(0));
}

TEST_CASE("io::Result: a value, or an error with a name") {
  const io::Result good(5);
  CHECK(good.ok());
  CHECK(good.value_or_throw("read") == 5);
  CHECK(!good.error());
  const io::Result bad(-ENOENT);
  CHECK(!bad.ok());
  CHECK(bad.error() == std::errc::no_such_file_or_directory);
  CHECK_THROWS_AS(static_cast<void>(bad.value_or_throw("open")), std::system_error);
}

}  // namespace

}  // namespace heddle
