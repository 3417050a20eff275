#pragma once

#include <cuda_runtime_api.h>

#include "native/clock.hpp"

namespace heddle::cuda::cudart {

// Places the device's timing events on Clock::monotonic(), by way of a base event that was reached at a known time.
// The runtime gives distances as float milliseconds, which are exact to a microsecond over a few seconds only, so the
// base is taken anew every second. One thread at a time.
class DeviceClock {
 public:
  DeviceClock() = default;
  DeviceClock(const DeviceClock&) = delete;
  DeviceClock& operator=(const DeviceClock&) = delete;

  // When `event`, which is done, was reached. cudaErrorNotReady when the device has no moment for a new base.
  cudaError_t time_of(cudaEvent_t event, Nanoseconds& time) noexcept;
  void close() noexcept;

 private:
  cudaError_t take_base() noexcept;

  cudaStream_t stream_ = nullptr;
  cudaEvent_t base_ = nullptr;
  Nanoseconds base_time_ = 0;
  bool based_ = false;
};

}  // namespace heddle::cuda::cudart
