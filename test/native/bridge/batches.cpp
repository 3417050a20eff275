#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/manual_clock.hpp"
#include "test/native/support/script.hpp"

namespace heddle::bridge {

namespace {

using namespace test;
using namespace std::chrono_literals;

TEST_CASE_ON_BACKENDS("Bridge: a thousand reads in flight cost a few calls, not a thousand") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const std::string content = pattern(64 << 10);
  const ScriptMemory memory(script, content.size());
  const Descriptor file = open_file(folder.file("file", content), O_RDONLY);
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 1000; ++i) {
    ids.push_back(script.read(file.get(), memory.number(), 64, 64 * i, 64 * i, true));
  }
  script.until([&] { return std::all_of(ids.begin(), ids.end(), [&](auto id) { return script.settled(id); }); });
  for (const auto id : ids) CHECK(script.reply(id).value == 64);
  CHECK(memory.text().substr(0, 64'000) == content.substr(0, 64'000));
  CHECK(script.bridge.deliveries() == script.batches.size());
  CHECK(std::accumulate(script.batches.begin(), script.batches.end(), std::size_t{0}) == 1000);
  if (Choice::value == io::BackendChoice::uring) CHECK(script.batches.size() <= 10);
}

TEST_CASE_ON_BACKENDS("Bridge: a thousand sleeps that end together are one call") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  Script script(options<Choice>(&clock));
  for (int i = 0; i < 1000; ++i) script.sleep(50);
  script.turn();
  CHECK(script.batches.empty());
  clock.advance(60ms);
  script.turn();
  CHECK(script.batches == std::vector<std::size_t>{1000});
}

TEST_CASE_ON_BACKENDS("Bridge: more submissions and more replies than the arrays hold") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  Script script(options<Choice>(&clock));
  constexpr std::int32_t kMany = 3 * kReplies + 17;
  for (std::int32_t i = 0; i < kMany; ++i) script.sleep(50);
  script.turn();
  CHECK(script.bridge.control().submitted == 0);
  CHECK(script.bridge.executor().timers().size() == kMany);
  clock.advance(60ms);
  script.until(kMany);
  for (std::int32_t id = 1; id <= kMany; ++id) REQUIRE(script.reply(id).status == 0);
  CHECK(script.batches == std::vector<std::size_t>{kReplies, kReplies, kReplies, 17});
}

TEST_CASE_ON_BACKENDS("Bridge: what JavaScript submits while it settles is taken in the same turn") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const std::string path = folder.file("file", "content");
  const ScriptMemory memory(script, 10);
  int opened = 0;
  std::vector<std::int32_t> reads;
  script.on_settled = [&](const Reply& reply) {
    REQUIRE(reply.status == 0);
    if (opened < 5) {
      ++opened;
      script.open(path, O_RDONLY);  // past the submissions
    } else if (reads.size() < 5) {
      reads.push_back(
          script.read(static_cast<int>(reply.value) > 2 ? static_cast<int>(reply.value) : 0, memory.number(), 7, 0));
    }
  };
  script.open(path, O_RDONLY);
  script.until([&] { return !reads.empty() && script.settled(reads.front()); });
  CHECK(script.reply(reads.front()).value == 7);
}

// Such replies come at once: for a wrong argument, or for a sleep that is cancelled.
TEST_CASE_ON_BACKENDS("Bridge: a reply that is made while JavaScript settles is not lost") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  for (const std::size_t first_batch : {std::size_t{1}, std::size_t{10}, 2 * kReplies}) {
    CAPTURE(first_batch);
    Script script(options<Choice>(&clock));
    std::vector<std::int32_t> inside;
    const auto sleeper = script.sleep(1e6);
    script.on_settled = [&](const Reply&) {
      if (!inside.empty()) return;
      for (int i = 0; i < 5; ++i) {
        inside.push_back(script.new_id());
        script.bridge.stat(inside.back(), "/", true, Submission{});  // no such memory: answered at once
      }
      script.cancel(sleeper);
      script.bridge.drain();  // as when the array is full
    };
    for (std::size_t i = 0; i < first_batch; ++i) script.sleep(5);
    script.turn();
    clock.advance(10ms);
    script.until(sleeper);
    for (const auto id : inside) CHECK(script.until(id).reply(id).status == -EFAULT);
    CHECK(script.reply(sleeper).status == -ECANCELED);
    for (std::size_t id = 2; id < first_batch + 2; ++id) REQUIRE(script.replies(static_cast<std::int32_t>(id)) == 1);
  }
}

// Something that ended on another thread.
struct Remote : RemoteCompletion {
  Remote(Bridge& to, std::int32_t name) : RemoteCompletion(&Remote::finished), bridge(to), id(name) {}
  static void finished(RemoteCompletion& completion) noexcept {
    auto& remote = static_cast<Remote&>(completion);
    remote.thread = std::this_thread::get_id();
    remote.bridge.reply(remote.id, 0, 1);
  }
  Bridge& bridge;
  std::int32_t id;
  std::thread::id thread;
};

TEST_CASE_ON_BACKENDS("Bridge: what other threads post settles here, each once") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  std::deque<Remote> remotes;
  for (int i = 0; i < 3000; ++i) remotes.emplace_back(script.bridge, script.new_id());
  {
    std::vector<std::jthread> threads;
    for (std::size_t first = 0; first < 3; ++first) {
      threads.emplace_back([&, first] {
        for (std::size_t i = first; i < remotes.size(); i += 3) script.bridge.post(remotes[i]);
      });
    }
    for (const Remote& remote : remotes) script.until(remote.id);
  }
  for (const Remote& remote : remotes) {
    REQUIRE(script.replies(remote.id) == 1);
    REQUIRE(remote.thread == std::this_thread::get_id());
  }
}

// A completion may start something instead of replying; nothing else wakes the loop for it.
TEST_CASE_ON_BACKENDS("Bridge: what a posted completion starts is taken in the same turn") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  struct Starts : RemoteCompletion {
    Starts(Bridge& to, std::int32_t name, std::string where)
        : RemoteCompletion(&Starts::finished), bridge(to), id(name), path(std::move(where)) {}
    static void finished(RemoteCompletion& completion) noexcept {
      auto& self = static_cast<Starts&>(completion);
      self.bridge.open(self.id, self.path, O_RDONLY, 0);
    }
    Bridge& bridge;
    std::int32_t id;
    std::string path;
  } starts(script.bridge, script.new_id(), folder.file("file", ""));
  script.bridge.post(starts);
  CHECK(script.until(starts.id).reply(starts.id).status == 0);
}

TEST_CASE_ON_BACKENDS("Bridge: progress is told without ending the operation") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  const auto sleeper = script.sleep(1e6);
  script.turn();
  script.bridge.report_progress(sleeper, 0.5);
  script.until([&] { return script.replies(sleeper) == 1; });
  script.cancel(sleeper);
  script.until([&] { return script.replies(sleeper) == 2; });
}

TEST_CASE_ON_BACKENDS("Bridge: when no JavaScript can run any more, the pump stops") {
  SKIP_WITHOUT_BACKEND();
  ManualClock clock;
  Script script(options<Choice>(&clock));
  script.alive = false;
  for (int i = 0; i < 10; ++i) script.sleep(1);
  script.turn();
  clock.advance(10ms);
  script.turn();
  CHECK(script.batches.size() == 1);
  CHECK(script.bridge.control().pumping == 0);
}

TEST_CASE_ON_BACKENDS("Bridge: a count that JavaScript has spoiled does no harm") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  script.bridge.control().submitted = -5;
  script.turn();
  script.bridge.control().submitted = 0;
  for (std::size_t i = 0; i < kSubmissions; ++i) script.submit_unnamed(Opcode::cancel, {.a = static_cast<int>(i)});
  script.bridge.control().submitted = 1'000'000'000;
  script.turn();
  CHECK(script.bridge.control().submitted == 0);
  const auto sleeper = script.sleep(0);
  CHECK(script.until(sleeper).reply(sleeper).status == 0);
}

}  // namespace

}  // namespace heddle::bridge
