#include "cuda/load.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "test/cuda/support/bed.hpp"
#include "test/cuda/support/load_bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;
using test::LoadFile;

TEST_CASE("a file arrives in device memory, byte for byte, on both I/O backends") {
  for (const OpenOptions& options : test::both_backends()) {
    Bed bed(options);
    REQUIRE(bed.opened() == nullptr);
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{4096},
                                    (std::size_t{1} << 20) + 1, (std::size_t{11} << 20) + 777}) {
      CAPTURE(bytes);
      const LoadFile file(bytes);
      const Loaded loaded = test::load_now(bed, file.path());
      REQUIRE(loaded.file_error == 0);
      REQUIRE(loaded.device_error == nullptr);
      REQUIRE(loaded.block != nullptr);
      CHECK(loaded.block->space() == Space::device);
      CHECK(loaded.block->bytes() == bytes);
      CHECK(loaded.stats.bytes == bytes);
      CHECK(bed.contents(span_of(loaded.block)) == file.bytes());
    }
  }
}

TEST_CASE("chunk and depth are what was asked for, within bounds") {
  Bed bed;
  const LoadFile file((std::size_t{3} << 20) + 5);
  for (const auto& [chunk, depth] : {std::pair<std::size_t, std::size_t>{1, 1},
                                     {4096, 3},
                                     {100'000, 100},
                                     {1 << 20, 2},
                                     {std::size_t{1} << 40, 7}}) {
    CAPTURE(chunk);
    CAPTURE(depth);
    LoadOptions options;
    options.chunk_bytes = chunk;
    options.depth = depth;
    const Loaded loaded = test::load_now(bed, file.path(), options);
    REQUIRE(loaded.block != nullptr);
    CHECK(loaded.stats.ring_bytes <= std::size_t{64} << 20);
    CHECK(bed.contents(span_of(loaded.block)) == file.bytes());
  }
}

TEST_CASE("the pinned ring is kept for the next load") {
  Bed bed;
  const LoadFile file(std::size_t{4} << 20);
  REQUIRE(test::load_now(bed, file.path()).block != nullptr);
  const std::uint64_t pinned = bed.calls(Operation::malloc_host);
  REQUIRE(test::load_now(bed, file.path()).block != nullptr);
  CHECK(bed.calls(Operation::malloc_host) == pinned);
}

TEST_CASE("loads run side by side") {
  Bed bed;
  const LoadFile file((std::size_t{3} << 20) + 9);
  std::vector<std::unique_ptr<test::Promised<Loaded>>> pending;
  for (int i = 0; i < 8; ++i) {
    pending.push_back(std::make_unique<test::Promised<Loaded>>());
    LoadOptions options;
    options.loaded = [end = pending.back().get()](Loaded loaded) { end->set(std::move(loaded)); };
    (void)load(bed.device(), file.path(), options);
  }
  for (const auto& end : pending) {
    const Loaded loaded = end->get();
    REQUIRE(loaded.block != nullptr);
    CHECK(bed.contents(span_of(loaded.block)) == file.bytes());
  }
}

TEST_CASE("progress grows up to the whole, and is not told for every chunk") {
  Bed bed;
  const LoadFile file(std::size_t{40} << 20);
  std::vector<std::uint64_t> seen;
  LoadOptions options;
  options.chunk_bytes = 65536;
  options.progress = [&seen](std::uint64_t done, std::uint64_t total) {
    CHECK(total == std::uint64_t{40} << 20);
    seen.push_back(done);
  };
  REQUIRE(test::load_now(bed, file.path(), options).block != nullptr);
  REQUIRE_FALSE(seen.empty());
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(seen.back() == std::uint64_t{40} << 20);
  CHECK(seen.size() < 640);
}

TEST_CASE("a file that can't be loaded gives the error of the system call that failed") {
  for (const OpenOptions& options : test::both_backends()) {
    Bed bed(options);
    const auto failed = [&bed](const std::string& path) {
      const Loaded loaded = test::load_now(bed, path);
      CHECK(loaded.block == nullptr);
      CHECK(loaded.device_error == nullptr);
      return std::pair<int, std::string>(loaded.file_error, loaded.syscall);
    };
    CHECK(failed("/no/such/file") == std::pair<int, std::string>(ENOENT, "open"));
    CHECK(failed("/etc") == std::pair<int, std::string>(EISDIR, "read"));
    CHECK(failed("/etc/hostname/file") == std::pair<int, std::string>(ENOTDIR, "open"));
    CHECK(failed(std::string(5000, 'x')) == std::pair<int, std::string>(ENAMETOOLONG, "open"));
    const test::TemporaryFolder folder;
    const std::string pipe = folder.path() + "/pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(failed(pipe) == std::pair<int, std::string>(ESPIPE, "read"));
  }
}

TEST_CASE("a file that becomes shorter on the way fails with EIO") {
  Bed bed;
  const LoadFile file(std::size_t{8} << 20);
  LoadOptions options;
  options.chunk_bytes = 65536;
  options.depth = 1;
  bool cut = false;
  // Progress comes at least after the first 20 ms or 16 MiB; with a clock that starts at 0 it comes at once.
  options.progress = [&](std::uint64_t, std::uint64_t) {
    if (!cut) std::filesystem::resize_file(file.path(), 100'000);
    cut = true;
  };
  const Loaded loaded = test::load_now(bed, file.path(), options);
  CHECK(loaded.block == nullptr);
  CHECK(loaded.file_error == EIO);
  CHECK(std::string(loaded.syscall) == "read");
}

TEST_CASE("a file larger than the device is out of memory") {
  OpenOptions options;
  options.host.memory_limit = 1000;
  Bed bed(options);
  const LoadFile file(5000);
  const Loaded loaded = test::load_now(bed, file.path());
  CHECK(loaded.block == nullptr);
  REQUIRE(loaded.device_error != nullptr);
  CHECK(loaded.device_error->number == kMemoryAllocation);
  CHECK(loaded.file_error == 0);
}

TEST_CASE("a device that dies in the middle of a load says so") {
  for (const Operation operation :
       {Operation::copy, Operation::malloc, Operation::malloc_host, Operation::event_record}) {
    CAPTURE(operation_name(operation));
    OpenOptions options = test::with_fault(operation, host::FaultKind::sticky, operation == Operation::copy ? 3 : 1);
    options.host.inline_bytes = 0;
    Bed bed(options);
    const LoadFile file(std::size_t{8} << 20);
    const Loaded loaded = test::load_now(bed, file.path());
    CHECK(loaded.block == nullptr);
    REQUIRE(loaded.device_error != nullptr);
    CHECK(loaded.device_error->number == kIllegalAddress);
    CHECK(bed.lost()->number == kIllegalAddress);
  }
}

TEST_CASE("a load on a device that has failed or closed is refused") {
  Bed bed;
  REQUIRE(bed.opened() == nullptr);
  bed.close();
  const LoadFile file(10);
  const Loaded loaded = test::load_now(bed, file.path());
  REQUIRE(loaded.device_error != nullptr);
  CHECK(loaded.device_error->number == kDeviceClosed);
}
