#include "native/task_trace.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "native/executor.hpp"
#include "native/generator.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/when_all.hpp"
#include "test/traced/support/waiting.hpp"

namespace heddle {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

void check_line(const std::string& line, const std::string& start, const std::string& function) {
  CAPTURE(line);
  CHECK(line.rfind(start, 0) == 0);
  CHECK(line.find(function) != std::string::npos);
}

Task<void> look_at_the_chain(std::string& seen) {
  Event event;
  Scope scope;
  scope.spawn(test::outer(event));
  co_await Executor::yield();
  co_await Executor::yield();
  seen = task_stacks();
  event.set();
  co_await scope.join();
}

TEST_CASE("task_stacks: a chain of tasks, innermost first, with the places where they wait") {
  Executor executor;
  std::string seen;
  sync_wait(executor, look_at_the_chain(seen));
  const std::vector<std::string> lines = lines_of(seen);
  CAPTURE(seen);
  std::size_t first = 0;
  while (first < lines.size() && lines[first].find("inner") == std::string::npos) ++first;
  REQUIRE(first + 2 < lines.size());
  check_line(lines[first], "", "waits at waiting.cpp:14");
  check_line(lines[first + 1], "  awaited by ", "middle");
  check_line(lines[first + 1], "  awaited by ", "at waiting.cpp:19");
  check_line(lines[first + 2], "  awaited by ", "outer");
  check_line(lines[first + 2], "  awaited by ", "at waiting.cpp:36");
  CHECK(task_stacks().empty());
}

Task<void> waits_beside(Event& event) { (void)co_await event.wait(); }

Task<void> gathers(Event& event) { co_await when_all(waits_beside(event), waits_beside(event)); }

Task<void> look_at_siblings(std::string& seen) {
  Event event;
  Scope scope;
  scope.spawn(gathers(event));
  co_await Executor::yield();
  co_await Executor::yield();
  co_await Executor::yield();
  seen = task_stacks();
  event.set();
  co_await scope.join();
}

TEST_CASE("task_stacks: the tasks of a when_all are awaited by the one that gathers them") {
  Executor executor;
  std::string seen;
  sync_wait(executor, look_at_siblings(seen));
  const std::vector<std::string> lines = lines_of(seen);
  CAPTURE(seen);
  int siblings = 0;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i].find("waits_beside") == std::string::npos) continue;
    ++siblings;
    check_line(lines[i + 1], "  awaited by ", "gathers");
  }
  CHECK(siblings == 2);
}

Generator<int> numbers(Event& event) {
  co_yield 1;
  (void)co_await event.wait();
  co_yield 2;
}

Task<void> drops_a_generator() {
  Event event;
  event.set();
  auto all = numbers(event);
  const int* first = co_await all.next();
  CHECK(*first == 1);
  const int* second = co_await all.next();
  CHECK(*second == 2);
}

TEST_CASE("task_stacks: a generator may be dropped between two of its values") {
  Executor executor;
  sync_wait(executor, drops_a_generator());
  CHECK(task_stacks().empty());
}

}  // namespace

}  // namespace heddle
