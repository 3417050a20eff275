#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/script.hpp"

namespace heddle::bridge {

namespace {

using namespace test;

std::int32_t call(Script& script, io::PathRequest request) {
  const std::int32_t id = script.new_id();
  script.bridge.path_call(id, std::move(request));
  return id;
}

TEST_CASE_ON_BACKENDS("Bridge: a call on paths replies, with the bytes that belong to it") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const auto made = call(script, {.call = io::PathCall::mkdirs, .mode = 0700, .path = folder.path("a/b")});
  CHECK(script.until(made).reply(made).status == 0);
  CHECK(script.bridge.take_attached(made) == folder.path("a"));
  CHECK(script.bridge.take_attached(made).empty());
  const auto listed = call(script, {.call = io::PathCall::readdir, .path = folder.path("a")});
  CHECK(script.until(listed).reply(listed).status == 0);
  CHECK(script.bridge.take_attached(listed) == std::string("2b\0", 3));
  const auto missing = call(script, {.call = io::PathCall::rm, .path = folder.path("missing")});
  CHECK(script.until(missing).reply(missing).status == -ENOENT);
  CHECK(script.reply(missing).value == 1);
  CHECK(script.bridge.take_attached(missing) == std::string("lstat\0", 6) + folder.path("missing"));
}

TEST_CASE_ON_BACKENDS("Bridge: calls on paths that are cancelled reply once, and what had not begun does not begin") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  std::vector<std::int32_t> calls;
  for (int i = 0; i < 200; ++i) {
    calls.push_back(call(script, {.call = io::PathCall::mkdir, .mode = 0700, .path = folder.path(std::to_string(i))}));
  }
  for (const auto id : calls) {
    script.cancel(id);
    script.cancel(id);
  }
  script.turn();
  for (int i = 0; i < 200; ++i) {
    const auto id = calls[static_cast<std::size_t>(i)];
    const auto status = script.until(id).reply(id).status;
    struct stat found{};
    const bool made = ::stat(folder.path(std::to_string(i)).c_str(), &found) == 0;
    CHECK(status == (made ? 0 : -ECANCELED));
    CHECK(script.replies(id) == 1);
  }
}

TEST_CASE_ON_BACKENDS("Bridge: close waits for calls on paths") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  for (int i = 0; i < 100; ++i) call(script, {.call = io::PathCall::readdir, .flags = io::kRecursive, .path = "/usr/share"});
  script.bridge.close();
  const auto late = call(script, {.call = io::PathCall::mkdir, .mode = 0700, .path = folder.path("late")});
  CHECK(!script.settled(late));
}

}  // namespace

}  // namespace heddle::bridge
