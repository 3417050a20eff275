#pragma once

#include "native/executor.hpp"
#include "native/metrics.hpp"
#include "native/work_stealing_pool.hpp"

namespace heddle {

// All of a runtime at one moment: the loop with its timers, I/O and blocking pool, and the pool for CPU work.
struct RuntimeMetrics {
  ExecutorMetrics executor;
  WorkStealingPoolMetrics pool;
};

// The executor's thread only.
[[nodiscard]] RuntimeMetrics runtime_metrics(Executor& executor, const WorkStealingPool& pool);
// With shared_pool(); all its figures are zero while nobody has asked for it.
[[nodiscard]] RuntimeMetrics runtime_metrics(Executor& executor);

}  // namespace heddle
