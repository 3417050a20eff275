#include "native/io/read_files.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "native/io/file_ring.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"

namespace heddle::io {

namespace {

using namespace test;

std::string joined(const std::vector<std::string>& paths) {
  std::string all;
  for (const std::string& path : paths) all.append(path).push_back('\0');
  return all;
}

std::string read(const std::vector<std::string>& paths, bool together) {
  const std::atomic<bool> cancelled{false};
  PathOutcome outcome = read_files(joined(paths), together, cancelled);
  REQUIRE(outcome.result == 0);
  return std::move(outcome.bytes);
}

// One of the outcome, and the rest of it.
struct One {
  std::int64_t result = 0;
  std::string_view content;
};
One take(std::string_view& bytes) {
  One one;
  REQUIRE(bytes.size() >= sizeof one.result);
  std::memcpy(&one.result, bytes.data(), sizeof one.result);
  bytes.remove_prefix(sizeof one.result);
  if (one.result <= 0 || one.result == kNotSmall) return one;
  one.content = bytes.substr(0, static_cast<std::size_t>(one.result));
  bytes.remove_prefix(one.content.size());
  return one;
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

bool have_ring() {
  if (uring_available() && FileRing::here() != nullptr) return true;
  MESSAGE("skipped: no ring with a table of files here");
  return false;
}

TEST_CASE("read_files: one by one and together, whatever the paths lead to, the outcome is the same") {
  if (!have_ring()) return;
  const TemporaryFolder folder;
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < 100; ++i) {
    paths.push_back(folder.file(std::to_string(i), pattern(i * i * 20 + 1, static_cast<unsigned>(i))));
    if (i % 9 == 0) paths.push_back(folder.path("missing"));
    if (i % 10 == 0) paths.push_back(folder.file("empty", ""));
    if (i % 11 == 0) paths.push_back(folder.path("."));
    if (i % 13 == 0) paths.push_back("/proc/self/status");
  }
  const std::string fifo = folder.path("fifo");
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  paths.push_back(fifo);
  const std::string large = folder.file("large", std::string(kSmallFile + 1, 'x'));
  paths.push_back(large);
  paths.push_back(folder.file("just small", std::string(kSmallFile, 'y')));

  const std::size_t before = open_descriptors();
  const std::string together = read(paths, true);
  CHECK(open_descriptors() == before);
  CHECK(together == read(paths, false));
  std::string_view rest = together;
  for (const std::string& path : paths) {
    CAPTURE(path);
    const One one = take(rest);
    if (path == folder.path("missing")) {
      CHECK(one.result == -ENOENT);
    } else if (path == folder.path(".")) {
      CHECK(one.result == -EISDIR - kReadFailed);
    } else if (path == folder.path("empty") || path == fifo || path == large || path == "/proc/self/status") {
      CHECK(one.result == kNotSmall);
    } else {
      CHECK(one.content == content_of(path));
    }
  }
  CHECK(rest.empty());
}

TEST_CASE("read_files: together needs no descriptors") {
  if (!have_ring()) return;
  const TemporaryFolder folder;
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i) paths.push_back(folder.file(std::to_string(i), "content"));
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit none{.rlim_cur = 3, .rlim_max = limit.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string bytes = read(paths, true);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  std::string_view rest = bytes;
  for (int i = 0; i < 40; ++i) CHECK(take(rest).content == "content");
}

TEST_CASE("read_files: files that shrink and grow meanwhile come as they were at some time, and the others whole") {
  if (!have_ring()) return;
  const TemporaryFolder folder;
  constexpr std::size_t kLong = 300'000;
  std::vector<std::string> paths;
  for (int i = 0; i < 8; ++i) {
    paths.push_back(folder.file("changing" + std::to_string(i), std::string(kLong, 'c')));
    paths.push_back(folder.file("still" + std::to_string(i), pattern(5000, static_cast<unsigned>(i))));
  }
  std::jthread changing([&](const std::stop_token& stop) {
    for (unsigned round = 0; !stop.stop_requested(); ++round) {
      for (std::size_t i = 0; i < paths.size(); i += 2) {
        REQUIRE(truncate(paths[i].c_str(), round % 2 == 0 ? 1000 : static_cast<off_t>(kLong)) == 0);
      }
    }
  });
  for (int round = 0; round < 200; ++round) {
    const std::string bytes = read(paths, true);
    std::string_view rest = bytes;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const One one = take(rest);
      if (i % 2 == 1) {
        REQUIRE(one.content == pattern(5000, static_cast<unsigned>(i / 2)));
      } else {
        REQUIRE(one.content.size() <= kLong);
        REQUIRE(one.content.substr(0, 1000) == std::string(1000, 'c'));
      }
    }
    REQUIRE(rest.empty());
  }
}

TEST_CASE("read_files: a stop ends it between two times 32") {
  const TemporaryFolder folder;
  const std::atomic<bool> cancelled{true};
  for (const bool together : {false, true}) {
    CHECK(read_files(joined({folder.file("a", "a")}), together, cancelled).result == -ECANCELED);
  }
}

}  // namespace

}  // namespace heddle::io
