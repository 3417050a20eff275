#include "native/pool_worker.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "native/work_stealing_pool.hpp"

namespace heddle {

namespace {

// How many times in a row the slot goes first, so that two coroutines that wake each other don't keep the others out.
constexpr std::uint32_t kSlotTurns = 3;
// How often the common queue goes first.
constexpr std::uint32_t kTurnsPerInject = 61;
// What one visit to the common queue may bring: with it the own queue is at most half full.
constexpr std::size_t kMostFromInject = 128;

constexpr std::size_t kMostForksStolen = 64;

}  // namespace

thread_local constinit PoolWorker* PoolWorker::current_ = nullptr;

PoolWorker::PoolWorker(WorkStealingPool& pool, std::size_t index)
    : pool_(pool), index_(index), slot_turns_(kSlotTurns), random_(static_cast<std::uint32_t>(index) * 2 + 1) {}

void PoolWorker::start() {
  thread_ = std::thread([this] { run(); });
}

void PoolWorker::run() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  pthread_setname_np(pthread_self(), "heddle-pool");
  current_ = this;
  for (;;) {
    if (Runnable* const runnable = next()) {
      if (searching_) stop_searching();
      polls_.add(1);
      runnable->handle.resume();
    } else if (!sleep()) {
      return;
    }
  }
}

bool PoolWorker::schedule(Runnable& runnable) noexcept {
  Runnable* const before = slot_.exchange(&runnable, std::memory_order_acq_rel);
  if (before == nullptr) return false;
  push_local(*before);
  return true;
}

void PoolWorker::push_local(Runnable& runnable) noexcept {
  RunnableBatch overflow;
  if (queue_.push(runnable, [&](Runnable& each) { overflow.push(each); })) return;
  overflows_.add(1);
  pool_.inject_.push(overflow);
}

void PoolWorker::fork(Runnable& task) noexcept {
  if (!forks_.push(task)) push_local(task);
}

// What has begun goes before what has not, so that it ends; now and then the other way round.
Runnable* PoolWorker::next() noexcept {
  if (++turn_ % kTurnsPerInject == 0) {
    if (Runnable* const runnable = next_of_all()) return runnable;
    if (Runnable* const runnable = forks_.pop()) return runnable;
  }
  if (Runnable* const runnable = next_of_own()) return runnable;
  if (Runnable* const runnable = forks_.pop()) return runnable;
  if (Runnable* const runnable = next_of_all()) return runnable;
  if (!searching_) searching_ = pool_.idle_.begin_search();
  return searching_ ? steal() : nullptr;
}

Runnable* PoolWorker::next_of_own() noexcept {
  if (Runnable* const runnable = give_slot()) {
    if (slot_turns_ != 0) {
      --slot_turns_;
      return runnable;
    }
    push_local(*runnable);
  }
  slot_turns_ = kSlotTurns;
  return queue_.pop();
}

Runnable* PoolWorker::next_of_all() noexcept {
  if (pool_.inject_.size() == 0) return nullptr;
  const std::size_t most = queue_.size() < kMostFromInject ? kMostFromInject : 1;
  return pool_.inject_.pop(pool_.workers_.size(), most, [this](Runnable& each) { push_local(each); });
}

Runnable* PoolWorker::steal() noexcept {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  const std::size_t workers = pool_.workers_.size();
  for (std::size_t i = 0, victim = random_ % workers; i < workers; ++i, victim = (victim + 1) % workers) {
    if (victim == index_) continue;
    std::uint32_t taken = 0;
    Runnable* const runnable = steal_from(*pool_.workers_[victim], taken);
    if (runnable == nullptr) continue;
    steals_.add(1);
    stolen_.add(taken);
    return runnable;
  }
  return next_of_all();
}

Runnable* PoolWorker::steal_from(PoolWorker& victim, std::uint32_t& taken) noexcept {
  if (Runnable* const runnable = victim.queue_.steal_into(queue_, taken)) return runnable;
  taken = 1;
  Runnable* const first = victim.forks_.steal();
  if (first == nullptr) return victim.give_slot();
  // A long row of tasks is many small ones: takes enough of them for the search to have been worth it. A short one is
  // what is left of a tree, whose top is half of all there is.
  for (std::size_t more = std::min(victim.forks_.size() / 8, kMostForksStolen); more > 0; --more) {
    Runnable* const next = victim.forks_.steal();
    if (next == nullptr) break;
    fork(*next);
    ++taken;
  }
  return first;
}

Runnable* PoolWorker::give_slot() noexcept {
  if (slot_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  return slot_.exchange(nullptr, std::memory_order_acq_rel);
}

void PoolWorker::stop_searching() noexcept {
  searching_ = false;
  if (pool_.idle_.end_search()) pool_.wake_one();
}

bool PoolWorker::sleep() noexcept {
  parks_.add(1);
  pool_.idle_.begin_sleep(index_, std::exchange(searching_, false));
  if (pool_.work_is_visible()) pool_.wake_one();
  pool_.end_if_finished();
  std::unique_lock lock(mutex_);
  wakes_.wait(lock, [this] { return woken_; });
  woken_ = false;
  searching_ = true;
  return !pool_.ended_.load(std::memory_order_acquire);
}

void PoolWorker::wake() noexcept {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wakes_.notify_one();
}

void PoolWorker::add_to(WorkStealingPoolMetrics& metrics) const noexcept {
  metrics.local += queue_.size() + forks_.size();
  metrics.polls += polls_.get();
  metrics.steals += steals_.get();
  metrics.stolen += stolen_.get();
  metrics.overflows += overflows_.get();
  metrics.parks += parks_.get();
}

}  // namespace heddle
