#include "native/hosted_tasks.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "native/sleep.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/io_bed.hpp"

namespace heddle {

namespace {

using namespace std::chrono_literals;
using test::Pipe;

// What became of a task, for the test to look at.
struct Seen {
  int settled = 0;
  bool destroyed = false;
  bool failed = false;
  std::int64_t value = 0;
};

template <class Body>
class Job final : public HostedTask {
 public:
  Job(Seen& seen, Body body) : seen_(seen), body_(std::move(body)) {}
  ~Job() override { seen_.destroyed = true; }

 private:
  Task<void> run(StopToken stop) override { seen_.value = co_await body_(stop); }
  void settle() noexcept override {
    ++seen_.settled;
    seen_.failed = error() != nullptr;
  }

  Seen& seen_;
  Body body_;
};

template <class Body>
std::unique_ptr<HostedTask> job(Seen& seen, Body body) {
  return std::make_unique<Job<Body>>(seen, std::move(body));
}

// Plays the host: its loop turns until there is nothing to wait for.
struct Host {
  explicit Host(const Executor::Options& options = {}) : tasks(options, [this] { settle(); }) {}

  void settle() {
    while (const auto task = tasks.take_ended()) task->settle();
  }
  void run() {
    while (tasks.busy()) {
      tasks.pump();
      if (tasks.busy()) tasks.executor().wait();
    }
  }

  HostedTasks tasks;
};

Task<std::int64_t> answer(StopToken) { co_return 42; }

Task<std::int64_t> answer_later(StopToken stop) {
  static_cast<void>(co_await sleep_for(1ms, stop));
  co_return 42;
}

Task<std::int64_t> fail(StopToken) {
  co_await Executor::yield();
  throw std::runtime_error("no");
}

Task<std::int64_t> wait_for_stop(StopToken stop) {
  const bool slept = co_await sleep_for(1h, stop);
  co_return slept ? 1 : -1;
}

TEST_CASE("HostedTasks: a task begins in the pump and is settled outside of every coroutine") {
  Host host;
  Seen seen;
  host.tasks.start(job(seen, answer));
  CHECK(host.tasks.busy());
  CHECK(seen.settled == 0);
  host.tasks.pump();
  CHECK(seen.settled == 1);
  CHECK(seen.value == 42);
  CHECK(seen.destroyed);
  CHECK_FALSE(host.tasks.busy());
}

TEST_CASE("HostedTasks: what failed is settled with its error, and its siblings go on") {
  Host host;
  Seen failed;
  Seen other;
  host.tasks.start(job(failed, fail));
  host.tasks.start(job(other, answer_later));
  host.run();
  CHECK(failed.failed);
  CHECK(failed.settled == 1);
  CHECK_FALSE(other.failed);
  CHECK(other.value == 42);
}

TEST_CASE("HostedTasks: a stop that comes between two pumps wakes the host") {
  Host host;
  Seen seen;
  auto task = job(seen, wait_for_stop);
  HostedTask& started = *task;
  host.tasks.start(std::move(task));
  host.tasks.pump();
  CHECK(seen.settled == 0);
  started.request_stop();
  host.run();  // without the wake it would wait for an hour
  CHECK(seen.value == -1);
  CHECK(seen.settled == 1);
}

TEST_CASE("HostedTasks: tasks that settling starts run in the same pump") {
  std::vector<Seen> seen(3);
  std::size_t started = 1;
  HostedTasks* own = nullptr;
  HostedTasks tasks({}, [&] {
    while (const auto task = own->take_ended()) {
      task->settle();
      if (started < seen.size()) own->start(job(seen[started++], answer));
    }
  });
  own = &tasks;
  tasks.start(job(seen[0], answer));
  tasks.pump();
  for (const Seen& each : seen) CHECK(each.settled == 1);
}

TEST_CASE("HostedTasks: close stops what runs, waits for it, and settles nothing") {
  Seen waiting;
  Seen done;
  Seen late;
  {
    Host host;
    host.tasks.start(job(waiting, wait_for_stop));
    host.tasks.pump();
    host.tasks.start(job(done, answer));
    host.tasks.close();
    CHECK(waiting.value == -1);
    CHECK(done.value == 42);
    host.tasks.start(job(late, answer));
    host.tasks.pump();
  }
  CHECK(late.value == 0);
  for (const Seen* each : {&waiting, &done, &late}) {
    CHECK(each->settled == 0);
    CHECK(each->destroyed);
  }
}

TEST_CASE_ON_BACKENDS("HostedTasks: close waits until the kernel and the pool are done with a task") {
  SKIP_WITHOUT_BACKEND();
  const Pipe pipe;
  std::vector<std::byte> bytes(16);
  Seen reading;
  Seen working;
  Host host(test::options<Choice>());
  const auto read = [&](StopToken stop) { return test::read_task(pipe.read_end.get(), bytes, -1, stop); };
  WorkStealingPool pool(1);
  const auto work = [&](StopToken) { return pool.run([] { return std::int64_t{7}; }); };
  host.tasks.start(job(reading, read));
  host.tasks.start(job(working, work));
  host.tasks.pump();
  host.tasks.close();
  CHECK(reading.value == -ECANCELED);
  CHECK(working.value == 7);
  CHECK(host.tasks.executor().io().in_flight() == 0);
}

}  // namespace

}  // namespace heddle
