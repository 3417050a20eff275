#include "native/runtime_metrics.hpp"

#include "native/shared_pool.hpp"

namespace heddle {

RuntimeMetrics runtime_metrics(Executor& executor, const WorkStealingPool& pool) {
  return {.executor = executor.metrics(), .pool = pool.metrics()};
}

RuntimeMetrics runtime_metrics(Executor& executor) {
  if (const WorkStealingPool* const pool = shared_pool_if_started()) return runtime_metrics(executor, *pool);
  return {.executor = executor.metrics(), .pool = {}};
}

}  // namespace heddle
