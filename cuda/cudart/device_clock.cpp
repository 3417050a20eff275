#include "cuda/cudart/device_clock.hpp"

namespace heddle::cuda::cudart {

namespace {

constexpr Nanoseconds kBaseAge = 1'000'000'000;
// An idle stream reaches an event in a few microseconds; the device's thread waits no longer than this.
constexpr Nanoseconds kPatience = 500'000;

}  // namespace

cudaError_t DeviceClock::take_base() noexcept {
  based_ = false;
  if (stream_ == nullptr) {
    const cudaError_t status = cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking);
    if (status != cudaSuccess) return status;
  }
  if (base_ == nullptr) {
    const cudaError_t status = cudaEventCreate(&base_);
    if (status != cudaSuccess) return status;
  }
  // After all that takes long: the event is reached between here and the first answer that it was.
  const Nanoseconds begun = Clock::monotonic().now();
  const cudaError_t recorded = cudaEventRecord(base_, stream_);
  if (recorded != cudaSuccess) return recorded;
  for (Nanoseconds asked = begun;;) {
    const cudaError_t status = cudaEventQuery(base_);
    const Nanoseconds answered = Clock::monotonic().now();
    if (status == cudaSuccess) {
      // Reached somewhere between the last "not yet" and now.
      base_time_ = asked + (answered - asked) / 2;
      based_ = true;
      return cudaSuccess;
    }
    if (status != cudaErrorNotReady || answered - begun > kPatience) return status;
    asked = answered;
  }
}

cudaError_t DeviceClock::time_of(cudaEvent_t event, Nanoseconds& time) noexcept {
  const Nanoseconds now = Clock::monotonic().now();
  if (!based_ || now - base_time_ > kBaseAge) {
    const cudaError_t status = take_base();
    if (status != cudaSuccess) return status;
  }
  float milliseconds = 0;
  const cudaError_t status = cudaEventElapsedTime(&milliseconds, base_, event);
  if (status != cudaSuccess) return status;
  time = base_time_ + static_cast<Nanoseconds>(static_cast<double>(milliseconds) * 1e6);
  return cudaSuccess;
}

void DeviceClock::close() noexcept {
  if (base_ != nullptr) (void)cudaEventDestroy(base_);
  if (stream_ != nullptr) (void)cudaStreamDestroy(stream_);
  base_ = nullptr;
  stream_ = nullptr;
}

}  // namespace heddle::cuda::cudart
