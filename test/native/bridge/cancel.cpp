#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/manual_clock.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/script.hpp"

namespace heddle::bridge {

namespace {

using namespace test;
using namespace std::chrono_literals;

TEST_CASE_ON_BACKENDS("Bridge: a sleep and a waiting read are cancelled, once each") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  const Pipe pipe;
  ScriptMemory memory(script, 10);
  const auto sleeper = script.sleep(1e6);
  const auto read = script.read(pipe.read_end.get(), memory.number(), 10);
  script.turn();
  for (int i = 0; i < 3; ++i) {
    script.cancel(sleeper);
    script.cancel(read);
  }
  CHECK(script.until(sleeper).reply(sleeper).status == -ECANCELED);
  CHECK(script.until(read).reply(read).status == -ECANCELED);
  CHECK(script.bridge.executor().timers().size() == 0);
  memory.collect();
  CHECK(!memory.kept());
  script.cancel(sleeper);
  script.cancel(read);
  script.turn();
  CHECK(script.replies(sleeper) == 1);
  CHECK(script.replies(read) == 1);
  pipe.put("later");
  CHECK(pipe.drain() == "later");
}

TEST_CASE_ON_BACKENDS("Bridge: a cancel of what has ended does not meet the operation that has its id now") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  const std::string path = folder.file("file", "content");
  Script script(options<Choice>());
  const auto sleeper = script.sleep(0);
  script.until(sleeper);
  script.cancel(sleeper);
  script.bridge.open(sleeper, path, O_RDONLY, 0);
  Reply second{};
  script.on_settled = [&](const Reply& reply) { second = reply; };
  script.until([&] { return script.replies(sleeper) == 2; });
  CHECK(second.status == 0);
}

TEST_CASE_ON_BACKENDS("Bridge: an operation and its cancel in one batch") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const Pipe pipe;
  const ScriptMemory memory(script, 10);
  const auto sleeper = script.sleep(1e6);
  script.cancel(sleeper);
  const auto read = script.read(pipe.read_end.get(), memory.number(), 10);
  script.cancel(read);
  CHECK(script.until(sleeper).reply(sleeper).status == -ECANCELED);
  CHECK(script.until(read).reply(read).status == -ECANCELED);
}

TEST_CASE_ON_BACKENDS("Bridge: a cancel of an id that nobody has does nothing") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  for (const std::int32_t id : {0, 1, -1, 12'345'678}) script.cancel(id);
  script.turn();
  CHECK(script.batches.empty());
}

// JavaScript has given up on it, but the descriptor must go.
TEST_CASE_ON_BACKENDS("Bridge: a close is not cancelled") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  Pipe pipe;
  const int fd = pipe.read_end.release();
  const auto close = script.submit(Opcode::close, {.a = fd});
  script.cancel(close);
  CHECK(script.until(close).reply(close).status == 0);
  CHECK(fcntl(fd, F_GETFD) == -1);
}

TEST_CASE_ON_BACKENDS("Bridge: an open that blocks is cancelled") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  REQUIRE(mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  const auto open = script.open(folder.path("fifo"), O_WRONLY);
  script.turn();
  script.cancel(open);
  CHECK(script.until(open).reply(open).status == -ECANCELED);
}

TEST_CASE_ON_BACKENDS("Bridge: cancels at random moments, each operation replies once") {
  SKIP_WITHOUT_BACKEND();
  for (std::uint64_t program = 0; program < static_cast<std::uint64_t>(rounds(30)); ++program) {
    Random random(program);
    INFO("HEDDLE_SEED=" << random.seed());
    ManualClock clock;
    Script script(options<Choice>(&clock));
    const Pipe pipe;
    ScriptMemory memory(script, 64);
    std::size_t sent = 0;
    std::vector<std::int32_t> all;
    std::vector<std::int32_t> reads;
    for (int i = 0; i < 400; ++i) {
      switch (random.between(0, 5)) {
        case 0:
          all.push_back(script.sleep(random.between(0, 20)));
          break;
        case 1:
          all.push_back(script.read(pipe.read_end.get(), memory.number(), random.between(1, 64)));
          reads.push_back(all.back());
          break;
        case 2:
          if (!all.empty()) script.cancel(all[random.between<std::size_t>(0, all.size() - 1)]);
          break;
        case 3: {
          const std::string bytes(random.between<std::size_t>(1, 64), 'x');
          pipe.put(bytes);
          sent += bytes.size();
          break;
        }
        case 4:
          clock.advance(random.between(0, 5) * 1ms);
          break;
        default:
          script.turn();
          break;
      }
    }
    clock.advance(1s);
    for (const auto id : all) script.cancel(id);
    std::size_t received = 0;
    for (const auto id : all) {
      const Reply reply = script.until(id).reply(id);
      REQUIRE((reply.status == 0 || reply.status == -ECANCELED));
    }
    for (const auto id : reads) received += static_cast<std::size_t>(script.reply(id).value);
    REQUIRE(received + pipe.drain().size() == sent);
    memory.collect();
    REQUIRE(!memory.kept());
  }
}

}  // namespace

}  // namespace heddle::bridge
