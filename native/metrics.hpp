#pragma once

#include <cstddef>
#include <cstdint>

#include "native/clock.hpp"

// What the runtime says about itself. Counters count since the start; the rest is a state at the time of asking.
namespace heddle {

struct BlockingPoolMetrics {
  std::size_t threads = 0;
  std::size_t idle = 0;
  std::size_t queued = 0;      // jobs that wait for a thread
  std::uint64_t started = 0;   // jobs that a thread took
  Nanoseconds total_wait = 0;  // of those, from submit() until then
  Nanoseconds longest_wait = 0;
};

struct ExecutorMetrics {
  std::size_t tasks = 0;   // alive: given to a Scope, to when_all and its like, or to sync_wait, and not ended
  std::size_t ready = 0;   // coroutines that could run now
  std::size_t timers = 0;  // pending
  std::size_t io_in_flight = 0;
  std::uint64_t polls = 0;       // coroutines resumed
  std::uint64_t turns = 0;       // looks at I/O, timers and other threads
  Nanoseconds longest_turn = 0;  // between two looks
  Nanoseconds longest_poll = 0;  // one resumption; only with Executor::Options::measure_polls
  BlockingPoolMetrics blocking;
};

struct WorkStealingPoolMetrics {
  std::size_t threads = 0;
  std::size_t parked = 0;       // threads asleep for want of work
  std::size_t local = 0;        // ready in the threads' own queues
  std::size_t injected = 0;     // ready in the common queue
  std::uint64_t polls = 0;      // coroutines resumed
  std::uint64_t steals = 0;     // times that a thread took work from another's queue
  std::uint64_t stolen = 0;     // coroutines that moved so
  std::uint64_t overflows = 0;  // times that half of a full queue went to the common one
  std::uint64_t parks = 0;      // times that a thread went to sleep
};

}  // namespace heddle
