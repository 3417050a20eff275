#include "native/scheduler.hpp"

#include "native/executor.hpp"
#include "native/work_stealing_pool.hpp"

namespace heddle {

// A function on a pool's thread may drive an executor of its own; then that is the innermost.
Scheduler* Scheduler::current() noexcept {
  if (Executor* const executor = Executor::current()) return executor;
  return WorkStealingPool::current();
}

}  // namespace heddle
