#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/driver.hpp"
#include "cuda/host/event.hpp"
#include "cuda/host/job.hpp"

namespace heddle::cuda::host {

// One entry of a stream's queue.
struct Work {
  Operation operation = Operation::copy;  // with a job: whose it is
  std::uint8_t width = 1;                 // fill
  std::byte* destination = nullptr;
  const std::byte* source = nullptr;
  std::size_t bytes = 0;
  std::uint64_t element = 0;     // fill
  std::unique_ptr<Job> job;      // instead of all the rest
  std::shared_ptr<Event> event;  // record, wait
  std::uint64_t record = 0;      // which of the event's records this is, or waits for
  Status dies_of = kSuccess;     // a sticky fault to happen instead
  std::chrono::milliseconds delay{0};
};

// Carries out a job, copy, fill or histogram on this thread, a slice at a time; returns early when `stop` is set. Any
// status but kSuccess is what the device dies of.
[[nodiscard]] Status carry_out(const Work& work, const std::atomic<bool>& stop) noexcept;

}  // namespace heddle::cuda::host
