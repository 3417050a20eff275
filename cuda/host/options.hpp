#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/driver.hpp"

namespace heddle::cuda::host {

enum class FaultKind : std::uint8_t {
  fail,             // the call returns `number`, once
  sticky,           // the device dies of `number`: queued work stops, every later call returns it. An operation of a
                    // stream dies when it runs, not when it is enqueued, as on a GPU
  lost_completion,  // cudaEventRecord: the event is reached but never says so
  slow,             // an operation of a stream first takes `delay`; another call keeps its caller so long
};

// A fault to inject: at the `at`-th call (from 1) of `operation`, counted from open().
struct Fault {
  Operation operation = Operation::copy;
  std::uint64_t at = 1;
  FaultKind kind = FaultKind::fail;
  // 0: cudaErrorIllegalAddress for a sticky fault; cudaErrorMemoryAllocation for an allocation that fails, else
  // cudaErrorUnknown. A fault that fails with a sticky number kills the device, as on a GPU.
  int number = 0;
  std::chrono::milliseconds delay{0};
  std::uint64_t times = 1;  // how many calls in a row; sticky needs no more than one
};

// How often each operation of a host device was called.
struct CallCounts {
  [[nodiscard]] std::uint64_t of(Operation operation) const noexcept {
    return calls[static_cast<std::size_t>(operation)].load(std::memory_order_relaxed);
  }
  std::array<std::atomic<std::uint64_t>, kOperations> calls{};
};

struct Options {
  // What cudaMalloc gives out in all. 0: three quarters of the memory of this machine or control group.
  std::size_t memory_limit = 0;
  // An operation of at most so many bytes on an idle stream runs at once, on the thread that enqueues it.
  std::size_t inline_bytes = std::size_t{64} << 10;
  // Pageable copies go through the pinned ring, as they do on a GPU. Otherwise the stream copies them directly.
  bool stage_pageable = false;
  // More than this in a stream's queue blocks whoever comes with more until there is room, as on a GPU. 0: no limit.
  std::size_t queue_limit = 0;
  // Plain allocations come from a pool, as they do on a GPU.
  bool prefer_pools = false;
  // Says by itself when something is done, which a GPU does not.
  bool tells_progress = true;
  std::vector<Fault> faults;
  std::shared_ptr<CallCounts> counts;  // null: nobody wants to know
};

}  // namespace heddle::cuda::host
