#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/script.hpp"

namespace heddle::bridge {

namespace {

using namespace test;

std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

TEST_CASE_ON_BACKENDS("Bridge: close ends everything in flight, lets go of all memory and descriptors") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  REQUIRE(mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  const Descriptor file = open_file(folder.file("file", pattern(1 << 20)), O_RDWR);
  const Pipe pipe;
  const std::size_t before = open_descriptors();
  std::vector<ScriptMemory> memory;
  {
    Script script(options<Choice>());
    for (int i = 0; i < 5; ++i) script.open(folder.path("file"), O_RDONLY);
    script.until([&] { return script.bridge.descriptors() == 5; });
    for (int i = 0; i < 50; ++i) {
      memory.emplace_back(script, 64 << 10);
      const auto number = memory.back().number();
      script.read(pipe.read_end.get(), number, 100);
      script.read(file.get(), number, 64 << 10, 0);
      script.submit(Opcode::write, {.a = file.get(), .b = number, .x = 0, .y = 0, .z = 4096});
      script.sleep(1e6);
      if (i % 10 == 0) script.open(folder.path("fifo"), O_WRONLY);
      if (i % 7 == 0) script.turn();
      memory.back().collect();
    }
    for (int i = 0; i < 5; ++i) script.open(folder.path("file"), O_RDONLY);
    const std::size_t deliveries = script.batches.size();
    script.bridge.close();
    CHECK(script.batches.size() == deliveries);  // no JavaScript runs
    for (const ScriptMemory& held : memory) CHECK(!held.kept());
    CHECK(script.bridge.executor().io().in_flight() == 0);
    CHECK(script.bridge.executor().timers().size() == 0);
    CHECK(script.bridge.descriptors() == 0);
    script.bridge.close();
  }
  CHECK(open_descriptors() == before);
  pipe.put("later");
  CHECK(pipe.drain() == "later");
}

// The close was on its way, and no longer in the table of open descriptors.
TEST_CASE_ON_BACKENDS("Bridge: a close of JavaScript's that has not reached the kernel is still carried out") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  const std::string path = folder.file("file", "");
  const std::size_t before = open_descriptors();
  {
    Script script(options<Choice>());
    const auto open = script.open(path, O_RDONLY);
    const int fd = static_cast<int>(script.until(open).reply(open).value);
    script.submit(Opcode::close, {.a = fd});
    script.bridge.close();
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE_ON_BACKENDS("Bridge: after close nothing starts") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const Pipe pipe;
  ScriptMemory memory(script, 10);
  script.bridge.close();
  script.read(pipe.read_end.get(), memory.number(), 10);
  script.sleep(0);
  script.open(folder.path("file"), O_RDWR | O_CREAT);
  Submission numbers{};
  script.bridge.stat(script.new_id(), "/", true, numbers);
  script.bridge.drain();
  script.turn();
  CHECK(script.batches.empty());
  CHECK(script.bridge.executor().io().in_flight() == 0);
  CHECK(script.bridge.executor().timers().size() == 0);
  CHECK(!std::filesystem::exists(folder.path("file")));
}

TEST_CASE_ON_BACKENDS("Bridge: close from inside a delivery, as process.exit() in a reaction") {
  SKIP_WITHOUT_BACKEND();
  for (const bool alive : {true, false}) {
    Script script(options<Choice>());
    const Pipe pipe;
    ScriptMemory memory(script, 10);
    const auto waiting = script.read(pipe.read_end.get(), memory.number(), 10);
    script.on_settled = [&](const Reply&) {
      script.sleep(1e6);
      script.bridge.close();
      script.sleep(1e6);
      script.alive = alive;
    };
    script.sleep(0);
    script.until([&] { return !script.batches.empty(); });
    memory.collect();
    CHECK(!memory.kept());
    CHECK(!script.settled(waiting));
    CHECK(script.batches.size() == 1);
    CHECK(script.bridge.executor().timers().size() == 0);
  }
}

// An operation of a device: it ends on another thread, and asking it to end makes it end sooner.
class DeviceOperation final : public PendingOperation, private RemoteCompletion {
 public:
  DeviceOperation(Bridge& bridge, std::int32_t name, std::vector<std::jthread>& threads, bool& ended)
      : PendingOperation(name),
        RemoteCompletion(&DeviceOperation::finished),
        bridge_(bridge),
        threads_(threads),
        ended_(ended) {
    bridge.begin(*this);
  }
  void cancel() noexcept override {
    if (std::exchange(cancelled_, true)) return;
    threads_.emplace_back([this] { bridge_.post(*this); });
  }

 private:
  static void finished(RemoteCompletion& completion) noexcept {
    const std::unique_ptr<DeviceOperation> self(&static_cast<DeviceOperation&>(completion));
    self->ended_ = true;
    self->bridge_.reply(self->id, -ECANCELED, 0);
  }

  Bridge& bridge_;
  std::vector<std::jthread>& threads_;
  bool& ended_;
  bool cancelled_ = false;
};

TEST_CASE_ON_BACKENDS("Bridge: close waits for operations that end on other threads") {
  SKIP_WITHOUT_BACKEND();
  std::vector<std::jthread> threads;
  bool ended[3] = {};
  {
    Script script(options<Choice>());
    for (bool& end : ended) new DeviceOperation(script.bridge, script.new_id(), threads, end);
    script.turn();
    CHECK(!ended[0]);
    script.bridge.close();
    for (const bool end : ended) CHECK(end);
    threads.clear();
  }
}

TEST_CASE_ON_BACKENDS("Bridge: closed at a random moment of a busy life: nothing hangs, nothing is left") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  REQUIRE(mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  const std::string path = folder.file("file", pattern(300'000));
  const std::size_t before = open_descriptors();
  for (std::uint64_t program = 0; program < static_cast<std::uint64_t>(rounds(100)); ++program) {
    Random random(program);
    INFO("HEDDLE_SEED=" << random.seed());
    std::vector<ScriptMemory> memory;
    {
      const Pipe pipe;
      Script script(options<Choice>());
      memory.emplace_back(script, 300'000);
      std::vector<int> open;
      std::unordered_set<std::int32_t> opens;
      script.on_settled = [&](const Reply& reply) {
        if (reply.status == 0 && opens.contains(reply.id)) {
          open.push_back(static_cast<int>(reply.value));
        }
      };
      const int steps = random.between(1, 150);
      for (int i = 0; i < steps; ++i) {
        const int fd = open.empty() ? pipe.read_end.get() : open[random.between<std::size_t>(0, open.size() - 1)];
        switch (random.between(0, 7)) {
          case 0:
            script.open(path, O_RDWR);
            break;
          case 1:
            script.open(folder.path("fifo"), O_WRONLY);
            break;
          case 2:
            script.read(fd, memory[0].number(), random.between(1, 300'000), 0, 0, random.one_in(2));
            break;
          case 3:
            script.read(pipe.read_end.get(), memory[0].number(), 100);
            break;
          case 4:
            script.sleep(random.between(0, 3));
            break;
          case 5:
            if (!open.empty()) {
              script.submit(Opcode::close, {.a = open.back()});
              open.pop_back();
            }
            break;
          case 6:
            pipe.put("some bytes");
            break;
          default:
            script.turn();
            break;
        }
      }
      script.bridge.close();
      memory[0].collect();
      REQUIRE(!memory[0].kept());
    }
    REQUIRE(open_descriptors() == before);
  }
}

}  // namespace

}  // namespace heddle::bridge
