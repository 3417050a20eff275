#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <string>

#include "native/event.hpp"
#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"
#include "native/task_trace.hpp"
#include "test/traced/support/waiting.hpp"

namespace heddle {

namespace {

struct End {
  int signal;
  std::string said;
};

// What becomes of a process that does this.
End end_of(void (*misuse)()) {
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(pipe_ends[1], STDERR_FILENO);
    misuse();
    _exit(0);
  }
  close(pipe_ends[1]);
  std::string said;
  char bytes[512];
  for (ssize_t got = 0; (got = read(pipe_ends[0], bytes, sizeof bytes)) > 0;) {
    said.append(bytes, static_cast<std::size_t>(got));
  }
  close(pipe_ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return {WIFSIGNALED(status) ? WTERMSIG(status) : 0, said};
}

void check_named(const End& end, const char* complaint) {
  CAPTURE(end.said);
  CHECK(end.signal == SIGABRT);
  CHECK(end.said.find(complaint) != std::string::npos);
  CHECK(end.said.find("inner") != std::string::npos);
  CHECK(end.said.find("awaited by") != std::string::npos);
}

Task<void> leaves_a_scope(Event& event) {
  Scope scope;
  scope.spawn(test::outer(event));
  co_await Executor::yield();
  co_await Executor::yield();
}

TEST_CASE("a Scope that goes before its children names them") {
  check_named(end_of([] {
                Executor executor;
                Event event;
                sync_wait(executor, leaves_a_scope(event));
              }),
              "a Scope was destroyed before it was joined");
}

Task<void> drops_an_event() {
  Scope scope;
  auto event = std::make_unique<Event>();
  scope.spawn(test::outer(*event));
  co_await Executor::yield();
  co_await Executor::yield();
  event.reset();
  co_await scope.join();
}

TEST_CASE("a primitive that goes while it is waited for names who waits") {
  check_named(end_of([] {
                Executor executor;
                sync_wait(executor, drops_an_event());
              }),
              "a primitive was destroyed while a coroutine waits for it");
}

TEST_CASE("an executor that goes before its tasks names them") {
  check_named(end_of([] {
                Event event;
                Scope scope;
                {
                  Executor executor;
                  scope.spawn_on(executor, test::outer(event));
                  executor.poll();
                }
              }),
              "an executor was destroyed before its tasks ended");
}

Task<void> holds_one(Task<int>& held, Event& event) {
  held = test::outer(event);
  const int got = co_await std::move(held);
  (void)got;
}

TEST_CASE("a task that is destroyed while it waits is named") {
  check_named(end_of([] {
                Executor executor;
                Event event;
                Scope scope;
                Task<int> held;
                scope.spawn_on(executor, holds_one(held, event));
                executor.poll();
                held = Task<int>();
              }),
              "a task was destroyed while it waits");
}

}  // namespace

}  // namespace heddle
