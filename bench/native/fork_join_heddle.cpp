// Tiny tasks on the work-stealing pool, for `npm run bench -- executor`. See rows.hpp for how it is asked.

#include "native/executor.hpp"
#include "native/pool_scope.hpp"
#include "native/resume_on.hpp"
#include "native/sync_wait.hpp"
#include "native/task.hpp"
#include "native/work_stealing_pool.hpp"
#include "rows.hpp"

namespace {

using heddle::PoolScope;
using heddle::Task;
using heddle::WorkStealingPool;

WorkStealingPool& pool() {
  static WorkStealingPool instance;
  return instance;
}

Task<void> nothing() { co_return; }

// One task forks them all.
Task<void> flat(std::size_t count) {
  co_await heddle::resume_on(pool());
  PoolScope scope(pool());
  for (std::size_t i = 0; i < count; ++i) scope.spawn(nothing());
  co_await scope.join();
}

// Each task forks one half and does the other itself.
Task<void> halve(std::size_t count) {
  if (count == 1) co_return;
  PoolScope scope(pool());
  scope.spawn(halve(count / 2));
  co_await halve(count - count / 2);
  co_await scope.join();
}

Task<void> tree(std::size_t count) {
  co_await heddle::resume_on(pool());
  co_await halve(count);
}

double timed(std::size_t count, Task<void> (*body)(std::size_t)) {
  heddle::Executor executor;
  return bench::nanoseconds_each(count, [&] { heddle::sync_wait(executor, body(count)); });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::serve_rows(
      argc, argv,
      {{"flat", [](std::size_t n) { return timed(n, flat); }}, {"tree", [](std::size_t n) { return timed(n, tree); }}});
}
