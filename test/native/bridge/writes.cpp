#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "native/io/write_lane.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/script.hpp"

// Writes to files that have no buffered write which does not wait: those in memory.
namespace heddle::bridge {

namespace {

using namespace test;

// Keeps all threads of a pool until it goes.
class FullPool {
 public:
  explicit FullPool(BlockingPool& pool) : pool_(pool) {
    for (Holder& holder : holders_) {
      holder.full = this;
      pool.submit(holder);
    }
    while (held_.load() < holders_.size()) std::this_thread::yield();
  }
  ~FullPool() {
    let_go_ = true;
    let_go_.notify_all();
    static_cast<void>(pool_.wait_idle(std::chrono::hours(1)));
  }

 private:
  struct Holder : BlockingPool::Job {
    Holder() noexcept : Job(&Holder::hold) {}
    static void hold(Job& job) noexcept {
      FullPool& full = *static_cast<Holder&>(job).full;
      full.held_.fetch_add(1);
      full.let_go_.wait(false);
    }
    FullPool* full = nullptr;
  };
  BlockingPool& pool_;
  std::atomic<bool> let_go_{false};
  std::atomic<std::size_t> held_{0};
  std::array<Holder, 4> holders_;
};

struct WriteBed {
  explicit WriteBed(const Executor::Options& options)
      : file(memfd_create("heddle-test", MFD_CLOEXEC | MFD_ALLOW_SEALING)), script(options) {
    const auto open = script.open("/proc/self/fd/" + std::to_string(file.get()), O_RDWR);
    fd = static_cast<int>(script.until(open).reply(open).value);
  }
  std::int32_t write(const ScriptMemory& memory, double position, double bytes) {
    return script.submit(Opcode::write, {.a = fd, .b = memory.number(), .x = 0, .y = position, .z = bytes});
  }
  [[nodiscard]] std::string content() const { return content_of("/proc/self/fd/" + std::to_string(file.get())); }

  Descriptor file;
  Script script;
  int fd = -1;
};

#define SKIP_WITHOUT_LANES(bed)                                     \
  if (!io::writes_wait((bed).file.get())) {                         \
    MESSAGE("skipped: this kernel's files in memory need no lane"); \
    return;                                                         \
  }

TEST_CASE_ON_BACKENDS("Bridge: writes at the file's own position are made in order, and its memory is let go") {
  SKIP_WITHOUT_BACKEND();
  WriteBed bed(options<Choice>());
  SKIP_WITHOUT_LANES(bed);
  std::vector<ScriptMemory> memory;
  std::vector<std::int32_t> writes;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string text = std::to_string(i) + ' ';
    memory.emplace_back(bed.script, 8);
    memory.back().fill(text);
    writes.push_back(bed.write(memory.back(), -1, static_cast<double>(text.size())));
    expected += text;
    if (i % 37 != 0) continue;
    bed.script.turn();
    for (ScriptMemory& each : memory) each.collect();
  }
  for (const std::int32_t write : writes) CHECK(bed.script.until(write).reply(write).status == 0);
  CHECK(bed.content() == expected);
  for (ScriptMemory& each : memory) each.collect();
  for (const ScriptMemory& each : memory) CHECK(!each.kept());
}

TEST_CASE_ON_BACKENDS("Bridge: a write that has not begun can be cancelled, and the others are made") {
  SKIP_WITHOUT_BACKEND();
  WriteBed bed(options<Choice>());
  SKIP_WITHOUT_LANES(bed);
  ScriptMemory memory(bed.script, 4);
  memory.fill("abcd");
  std::optional<FullPool> full(bed.script.bridge.executor().blocking());
  const auto first = bed.write(memory, 0, 1);
  const auto second = bed.write(memory, 2, 4);
  const auto third = bed.write(memory, 1, 2);
  bed.script.cancel(second);
  CHECK(bed.script.until(second).reply(second).status == -ECANCELED);
  CHECK(!bed.script.settled(first));
  full.reset();
  CHECK(bed.script.until(first).reply(first).value == 1);
  CHECK(bed.script.until(third).reply(third).value == 2);
  CHECK(bed.content() == "aab");
}

TEST_CASE_ON_BACKENDS("Bridge: close ends writes that have not begun") {
  SKIP_WITHOUT_BACKEND();
  WriteBed bed(options<Choice>());
  SKIP_WITHOUT_LANES(bed);
  ScriptMemory memory(bed.script, 4);
  {
    const FullPool full(bed.script.bridge.executor().blocking());
    for (int i = 0; i < 20; ++i) bed.write(memory, i, 1);
    memory.collect();
    bed.script.bridge.close();
    CHECK(!memory.kept());
  }
  CHECK(bed.content().empty());
}

TEST_CASE_ON_BACKENDS("Bridge: the error of a write is the system's") {
  SKIP_WITHOUT_BACKEND();
  WriteBed bed(options<Choice>());
  SKIP_WITHOUT_LANES(bed);
  ScriptMemory memory(bed.script, 4);
  const auto allowed = bed.write(memory, 0, 4);
  CHECK(bed.script.until(allowed).reply(allowed).value == 4);
  REQUIRE(fcntl(bed.file.get(), F_ADD_SEALS, F_SEAL_WRITE) == 0);
  const auto refused = bed.write(memory, 0, 4);
  CHECK(bed.script.until(refused).reply(refused).status == -EPERM);
}

}  // namespace

}  // namespace heddle::bridge
