#include "native/work_stealing_pool.hpp"

#include <sched.h>

#include <algorithm>
#include <cassert>

#include "native/pool_worker.hpp"

namespace heddle {

namespace {

std::size_t usable_cores() noexcept {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&cores), 1));
}

}  // namespace

WorkStealingPool::WorkStealingPool(std::size_t threads) : idle_(threads != 0 ? threads : usable_cores()) {
  const std::size_t count = threads != 0 ? threads : usable_cores();
  for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<PoolWorker>(*this, i));
  std::size_t started = 0;
  try {
    for (; started < count; ++started) workers_[started]->start();
  } catch (...) {
    end_threads(started);
    throw;
  }
}

WorkStealingPool::~WorkStealingPool() {
  assert(current() != this && "a pool cannot be destroyed on one of its own threads");
  close();
  for (const auto& worker : workers_) worker->join();
  visitors_.wait_until_gone();
}

void WorkStealingPool::end_threads(std::size_t started) noexcept {
  ended_.store(true, std::memory_order_release);
  for (const auto& worker : workers_) worker->wake();
  for (std::size_t i = 0; i < started; ++i) workers_[i]->join();
}

// The thread that is woken finds nothing and goes to sleep again, which is where the end is noticed.
void WorkStealingPool::close() noexcept {
  inject_.close();
  closed_.store(true, std::memory_order_seq_cst);
  if (const auto worker = idle_.any_to_wake()) workers_[*worker]->wake();
}

void WorkStealingPool::post_returned(Runnable& runnable) noexcept {
  const Visitors::Visit visit(visitors_);
  post(runnable);
  task_returned();
}

void WorkStealingPool::task_returned() noexcept {
  if (away_.fetch_sub(1, std::memory_order_seq_cst) != 1 || !closed_.load(std::memory_order_seq_cst)) return;
  if (const auto worker = idle_.any_to_wake()) workers_[*worker]->wake();
}

void WorkStealingPool::end_if_finished() noexcept {
  if (!closed_.load(std::memory_order_seq_cst) || idle_.asleep() != workers_.size()) return;
  if (away_.load(std::memory_order_seq_cst) != 0 || inject_.size() != 0) return;
  ended_.store(true, std::memory_order_release);
  for (const auto& worker : workers_) worker->wake();
}

WorkStealingPool* WorkStealingPool::current() noexcept {
  PoolWorker* const worker = PoolWorker::current();
  return worker != nullptr ? &worker->pool() : nullptr;
}

void WorkStealingPool::post(Runnable& runnable) noexcept {
  PoolWorker* const worker = PoolWorker::current();
  if (worker != nullptr && &worker->pool() == this) {
    if (worker->schedule(runnable)) wake_one();
    return;
  }
  const Visitors::Visit visit(visitors_);
  RunnableBatch one;
  one.push(runnable);
  inject_.push(one);
  wake_one();
}

bool WorkStealingPool::fork(Runnable& runnable) noexcept {
  PoolWorker* const worker = PoolWorker::current();
  if (worker == nullptr || &worker->pool() != this) return post_from_outside(runnable);
  worker->fork(runnable);
  wake_one();
  return true;
}

bool WorkStealingPool::post_from_outside(Runnable& runnable) noexcept {
  const Visitors::Visit visit(visitors_);
  if (!inject_.push_if_open(runnable)) return false;
  wake_one();
  return true;
}

void WorkStealingPool::wake_one() noexcept {
  if (const auto worker = idle_.to_wake()) workers_[*worker]->wake();
}

bool WorkStealingPool::work_is_visible() const noexcept {
  return inject_.size() != 0 ||
         std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->has_work(); });
}

WorkStealingPoolMetrics WorkStealingPool::metrics() const noexcept {
  WorkStealingPoolMetrics metrics{.threads = workers_.size(), .parked = idle_.asleep(), .injected = inject_.size()};
  for (const auto& worker : workers_) worker->add_to(metrics);
  return metrics;
}

}  // namespace heddle
