#include "native/io/write_lane.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <deque>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "native/blocking_pool.hpp"
#include "test/native/support/child.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle::io {

namespace {

using test::Descriptor;
using test::TemporaryFolder;

// A write of a text, and how it ended.
struct TextWrite : WriteLane::Write {
  explicit TextWrite(std::string_view content, std::int64_t at = -1) : Write(&TextWrite::ended), text(content) {
    part = {.iov_base = text.data(), .iov_len = text.size()};
    parts = std::span<const iovec>(&part, 1);
    offset = at;
  }
  static void ended(Write& write, bool) noexcept { static_cast<TextWrite&>(write).times.fetch_add(1); }
  void wait() const {
    while (times.load() == 0) std::this_thread::yield();
  }

  std::string text;
  iovec part{};
  std::atomic<int> times{0};
};

// Keeps a pool's only thread.
class Occupied : BlockingPool::Job {
 public:
  explicit Occupied(BlockingPool& pool) : Job(&Occupied::hold) {
    pool.submit(*this);
    taken_.wait();
  }
  ~Occupied() {
    if (!released_.try_wait()) release();
    left_.wait();
  }
  void release() { released_.count_down(); }

 private:
  static void hold(Job& job) noexcept {
    auto& self = static_cast<Occupied&>(job);
    self.taken_.count_down();
    self.released_.wait();
    self.left_.count_down();
  }
  std::latch taken_{1};
  std::latch released_{1};
  std::latch left_{1};
};

TEST_CASE("WriteLane: what comes while a thread is busy is done in order, at the file's own position") {
  const TemporaryFolder folder;
  const std::string path = folder.file("f", "");
  const Descriptor file = test::open_file(path, O_WRONLY);
  std::string expected;
  {
    BlockingPool pool(2);
    const auto lane = std::make_shared<WriteLane>(pool, file.get());
    std::deque<TextWrite> writes;
    for (int i = 0; i < test::rounds(5000); ++i) {
      writes.emplace_back(std::to_string(i) + ' ');
      expected += std::to_string(i) + ' ';
      lane->submit(writes.back());
      if (i % 100 == 0) writes.back().wait();
    }
    for (const TextWrite& write : writes) write.wait();
    for (const TextWrite& write : writes) CHECK(write.result == static_cast<std::int64_t>(write.text.size()));
  }
  CHECK(test::content_of(path) == expected);
}

TEST_CASE("WriteLane: a write that has not begun can be taken back, and the others go on") {
  const TemporaryFolder folder;
  const std::string path = folder.file("f", "........");
  const Descriptor file = test::open_file(path, O_WRONLY);
  BlockingPool pool(1);
  const auto lane = std::make_shared<WriteLane>(pool, file.get());
  TextWrite first("aa", 0);
  TextWrite second("bb", 2);
  TextWrite third("cc", 4);
  TextWrite fourth("dd", 6);
  {
    Occupied busy(pool);
    for (TextWrite* write : {&first, &second, &third, &fourth}) lane->submit(*write);
    CHECK(lane->withdraw(second));
    CHECK(lane->withdraw(fourth));
    CHECK(lane->withdraw(first));
  }
  third.wait();
  CHECK(test::content_of(path) == "....cc..");
  CHECK_FALSE(lane->withdraw(third));
  CHECK((first.times + second.times + fourth.times) == 0);
}

TEST_CASE("WriteLane: the system's error, and a lane that is let go in the middle") {
  const TemporaryFolder folder;
  const Descriptor file = test::open_file(folder.file("f", "content"), O_RDONLY);
  BlockingPool pool(1);
  auto lane = std::make_shared<WriteLane>(pool, file.get());
  const std::weak_ptr<WriteLane> seen = lane;
  TextWrite write("x", 0);
  {
    Occupied busy(pool);
    lane->submit(write);
    lane.reset();
    CHECK_FALSE(seen.expired());
  }
  write.wait();
  CHECK(write.result == -EBADF);
  while (!seen.expired()) std::this_thread::yield();
}

TEST_CASE("WriteLane: of writes that follow each other each has its own result, also where the file can't grow") {
  const Descriptor file(memfd_create("sealed", MFD_ALLOW_SEALING));
  constexpr std::int64_t kSize = 3 * 4096;
  REQUIRE(ftruncate(file.get(), kSize) == 0);
  REQUIRE(fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW) == 0);
  BlockingPool pool(1);
  const auto lane = std::make_shared<WriteLane>(pool, file.get());
  const auto page = [](char letter) { return std::string(4096, letter); };
  TextWrite inside(page('a'), 0);
  TextWrite empty("", 4096);
  TextWrite across(page('b') + page('c') + page('d'), 4096);
  TextWrite outside(page('e'), kSize + 4096);
  TextWrite elsewhere(page('f'), 0);
  {
    Occupied busy(pool);
    for (TextWrite* write : {&inside, &empty, &across, &outside, &elsewhere}) lane->submit(*write);
  }
  elsewhere.wait();
  CHECK(inside.result == 4096);
  CHECK(empty.result == 0);
  CHECK(across.result == 2 * 4096);
  CHECK(outside.result == -EPERM);
  CHECK(elsewhere.result == 4096);
  std::string content(kSize, '.');
  REQUIRE(pread(file.get(), content.data(), content.size(), 0) == kSize);
  CHECK(content == page('f') + page('b') + page('c'));
}

TEST_CASE("WriteLane: random writes, some of them taken back, against what the file should be") {
  test::Random random;
  INFO("seed " << random.seed());
  const TemporaryFolder folder;
  const std::string path = folder.file("f", "");
  const Descriptor file = test::open_file(path, O_RDWR);
  constexpr int kCells = 64;
  std::string model(kCells, '.');
  CHECK(pwrite(file.get(), model.data(), model.size(), 0) == kCells);
  BlockingPool pool(2);
  const auto lane = std::make_shared<WriteLane>(pool, file.get());
  for (int round = 0; round < test::rounds(300); ++round) {
    std::deque<TextWrite> writes;
    std::deque<bool> taken_back;
    const int count = random.between(1, 40);
    for (int i = 0; i < count; ++i) {
      const int length = random.between(1, 4);
      const std::int64_t behind =
          writes.empty() ? kCells : writes.back().offset + static_cast<std::int64_t>(writes.back().text.size());
      const bool follows = behind + length <= kCells && random.one_in(2);
      writes.emplace_back(std::string(static_cast<std::size_t>(length), static_cast<char>('a' + random.between(0, 25))),
                          follows ? behind : random.between(0, kCells - length));
      taken_back.push_back(false);
      lane->submit(writes.back());
      if (random.one_in(4)) {
        const auto which = static_cast<std::size_t>(random.between(0, i));
        taken_back[which] = taken_back[which] || (writes[which].times == 0 && lane->withdraw(writes[which]));
      }
    }
    for (std::size_t i = 0; i < writes.size(); ++i) {
      if (taken_back[i]) continue;
      writes[i].wait();
      const std::string& text = writes[i].text;
      const bool written = writes[i].result == static_cast<std::int64_t>(text.size());
      CHECK((written || writes[i].result == -ECANCELED));
      if (written) model.replace(static_cast<std::size_t>(writes[i].offset), text.size(), text);
    }
    for (std::size_t i = 0; i < writes.size(); ++i) CHECK(writes[i].times == (taken_back[i] ? 0 : 1));
    REQUIRE(test::content_of(path) == model);
  }
}

int without_threads(std::string&) {
  if (!test::deny_threads()) return 77;
  BlockingPool pool(1);
  const auto lane = std::make_shared<WriteLane>(pool, STDERR_FILENO);
  TextWrite write("x");
  lane->submit(write);
  return write.times == 1 && write.result == -EAGAIN && lane.use_count() == 1 ? 0 : 2;
}

TEST_CASE("WriteLane: without a thread to be had, writes fail") {
  const test::ChildOutcome child = test::run_in_child(without_threads);
  if (child.exited_with(77)) {
    MESSAGE("skipped: the number of threads can't be limited here");
    return;
  }
  CHECK(child.exited_with(0));
}

TEST_CASE("writes_wait: leaves the file as it is, and never speaks of what is no regular file") {
  const TemporaryFolder folder;
  const std::string path = folder.file("f", "content");
  const Descriptor file = test::open_file(path, O_WRONLY);
  static_cast<void>(writes_wait(file.get()));
  CHECK(test::content_of(path) == "content");
  CHECK(lseek(file.get(), 0, SEEK_CUR) == 0);
  const test::Pipe pipe;
  CHECK_FALSE(writes_wait(pipe.write_end.get()));
  CHECK(pipe.drain().empty());
  CHECK_FALSE(writes_wait(test::open_file(path, O_RDONLY).get()));
  CHECK_FALSE(writes_wait(-1));
}

}  // namespace

}  // namespace heddle::io
