#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "native/fork_deque.hpp"
#include "native/metrics.hpp"
#include "native/ready_queue.hpp"
#include "native/work_stealing_queue.hpp"

namespace heddle {

class WorkStealingPool;

// One thread of a WorkStealingPool, which owns it.
class alignas(64) PoolWorker {
 public:
  PoolWorker(WorkStealingPool& pool, std::size_t index);
  PoolWorker(const PoolWorker&) = delete;
  PoolWorker& operator=(const PoolWorker&) = delete;

  void start();
  void join() { thread_.join(); }
  // Any thread. Ends the current or the next sleep.
  void wake() noexcept;

  // The worker whose thread this is, or null.
  [[nodiscard]] static PoolWorker* current() noexcept { return current_; }
  [[nodiscard]] WorkStealingPool& pool() const noexcept { return pool_; }

  // Its own thread: makes a coroutine ready. True: there is more than what it does next itself.
  bool schedule(Runnable& runnable) noexcept;
  // Its own thread: adds a task that begins.
  void fork(Runnable& task) noexcept;

  // Any thread.
  [[nodiscard]] bool has_work() const noexcept {
    return forks_.size() != 0 || queue_.size() != 0 || slot_.load(std::memory_order_relaxed) != nullptr;
  }
  void add_to(WorkStealingPoolMetrics& metrics) const noexcept;

 private:
  // Written by the worker alone, read by whoever asks for metrics.
  class Counter {
   public:
    void add(std::uint64_t count) noexcept {
      count_.store(count_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get() const noexcept { return count_.load(std::memory_order_relaxed); }

   private:
    std::atomic<std::uint64_t> count_{0};
  };

  void run() noexcept;
  // Null when there is nothing for now.
  Runnable* next() noexcept;
  Runnable* next_of_own() noexcept;
  Runnable* next_of_all() noexcept;
  Runnable* steal() noexcept;
  Runnable* steal_from(PoolWorker& victim, std::uint32_t& taken) noexcept;
  Runnable* give_slot() noexcept;
  void push_local(Runnable& runnable) noexcept;
  void stop_searching() noexcept;
  // False: the pool has ended.
  bool sleep() noexcept;

  static thread_local constinit PoolWorker* current_;

  WorkStealingPool& pool_;
  const std::size_t index_;
  // What was made ready last and runs next. Thieves take it only when they find nothing else.
  std::atomic<Runnable*> slot_{nullptr};
  std::uint32_t slot_turns_;
  std::uint32_t turn_ = 0;
  std::uint32_t random_;
  bool searching_ = false;
  Counter polls_;
  Counter steals_;
  Counter stolen_;
  Counter overflows_;
  Counter parks_;
  ForkDeque<Runnable> forks_;
  WorkStealingQueue<Runnable> queue_;

  std::mutex mutex_;
  std::condition_variable wakes_;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace heddle
