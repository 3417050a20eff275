// Processes that end after threads of their own have used executors and pools first, or while they still do.

#include <chrono>
#include <thread>

#include "native/blocking_pool.hpp"
#include "native/executor.hpp"
#include "native/resume_on.hpp"
#include "native/shared_pool.hpp"
#include "native/sleep.hpp"
#include "native/sync_wait.hpp"
#include "native/work_stealing_pool.hpp"
#include "test/native/support/process_end.hpp"

namespace heddle {

namespace {

using namespace test;

constexpr int kQueued = 300;

Task<int> visit(WorkStealingPool& pool) {
  co_await resume_on(pool);
  co_return 1;
}

const Program shared_pool_first_on_a_thread("shared pool, first from a thread", [] {
  std::jthread([] {
    Executor executor;
    done += sync_wait(executor, visit(shared_pool()));
  }).join();
  Executor executor;
  done += sync_wait(executor, visit(shared_pool()));
  return done == 2 ? 0 : 1;
});

TEST_CASE("Process end: the shared pool was used first from a thread that has ended") {
  check_ends(shared_pool_first_on_a_thread, 0);
}

const Program static_pools_first_on_a_thread("static pools, first from a thread", [] {
  std::jthread([] {
    static Jobs<2, kQueued> jobs;
    static const LastCheck check([] { return done == 2 * kQueued; });
    static WorkStealingPool pool(2);
    static BlockingPool blocking(2);
    static const FirstAtEnd end;
    queue_on(pool, 2, kQueued);
    jobs.queue_on(blocking);
  }).join();
  return 0;
});

TEST_CASE("Process end: static pools were made by a thread that has ended, and have work queued") {
  check_ends(static_pools_first_on_a_thread, 0);
}

Task<void> use_for_ever() {
  Executor& executor = *Executor::current();
  for (;;) {
    co_await sleep_for(std::chrono::microseconds(10));
    auto call = executor.blocking().run(executor, [] { done.fetch_add(1); });
    co_await call;
    co_await resume_on(shared_pool());
    co_await resume_on(executor);
  }
}

const Program running_threads("threads that go on", [] {
  for (int i = 0; i < 3; ++i) {
    std::thread([] {
      Executor executor;
      sync_wait(executor, use_for_ever());
    }).detach();
  }
  while (done < 100) std::this_thread::yield();
  return 0;
});

TEST_CASE("Process end: other threads drive executors on and on") { check_ends(running_threads, 0); }

int use_objects_of_thread() {
  static thread_local Jobs<1, kQueued> jobs;
  static thread_local Executor executor;
  static thread_local WorkStealingPool pool(1);
  static thread_local BlockingPool blocking(1);
  static thread_local const FirstAtEnd end;
  ending = false;
  const int visits = sync_wait(executor, visit(pool));
  queue_on(pool, 1, kQueued);
  jobs.queue_on(blocking);
  return visits;
}

const Program thread_local_objects("thread-local objects", [] {
  static const LastCheck check([] { return done == 2 * (1 + 2 * kQueued); });
  std::jthread([] { done += use_objects_of_thread(); }).join();
  done += use_objects_of_thread();
  return 0;
});

TEST_CASE("Process end: executors and pools of one thread go with it, with work queued") {
  check_ends(thread_local_objects, 0);
}

}  // namespace

}  // namespace heddle
