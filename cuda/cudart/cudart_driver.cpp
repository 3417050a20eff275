#include "cuda/cudart/cudart_driver.hpp"

#include <cuda_runtime_api.h>

#include <atomic>
#include <cstring>

#include "cuda/cudart/device_clock.hpp"
#include "cuda/cudart/kernels.hpp"
#include "cuda/cudart/probe.hpp"
#include "cuda/error.hpp"

namespace heddle::cuda::cudart {

namespace {

cudaStream_t stream_of(StreamHandle handle) noexcept { return reinterpret_cast<cudaStream_t>(handle); }
cudaEvent_t event_of(EventHandle handle) noexcept { return reinterpret_cast<cudaEvent_t>(handle); }

cudaMemcpyKind kind_of(Space to, Space from) noexcept {
  if (to == Space::device) return from == Space::device ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
  return from == Space::device ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}

// All bytes of the element are the same, so that the runtime's own fill will do.
bool is_one_byte(std::uint64_t element, unsigned width) noexcept {
  const std::uint64_t repeated = (element & 0xff) * 0x0101010101010101U;
  return std::memcmp(&element, &repeated, width) == 0;
}

class CudartDriver final : public Driver {
 public:
  explicit CudartDriver(int ordinal) noexcept : ordinal_(ordinal) {}

  Status set_current() noexcept override {
    const Status status = note(cudaSetDevice(ordinal_));
    // Makes the context, which before CUDA 12 cudaSetDevice left for later.
    return status != kSuccess ? status : note(cudaFree(nullptr));
  }

  void load_kernels() noexcept override {
    int multiprocessors = 1;
    (void)note(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, ordinal_));
    kernels_.load(multiprocessors);
    (void)cudaGetLastError();
  }

  DeviceInfo info() noexcept override {
    try {
      return device_info(ordinal_);
    } catch (...) {  // no memory for names
      return {};
    }
  }

  Status malloc(std::size_t bytes, std::byte*& address) noexcept override {
    void* memory = nullptr;
    const Status status = note(cudaMalloc(&memory, bytes));
    address = static_cast<std::byte*>(memory);
    return status;
  }
  Status free(std::byte* address) noexcept override { return note(cudaFree(address)); }
  Status malloc_host(std::size_t bytes, std::byte*& address) noexcept override {
    void* memory = nullptr;
    const Status status = note(cudaHostAlloc(&memory, bytes, cudaHostAllocPortable));
    address = static_cast<std::byte*>(memory);
    return status;
  }
  Status free_host(std::byte* address) noexcept override { return note(cudaFreeHost(address)); }
  Status memory_info(std::size_t& free, std::size_t& total) noexcept override {
    return note(cudaMemGetInfo(&free, &total));
  }

  Status stream_create(Priority priority, StreamHandle& stream) noexcept override {
    int lowest = 0;
    int highest = 0;
    (void)note(cudaDeviceGetStreamPriorityRange(&lowest, &highest));
    int number = (lowest + highest) / 2;
    if (priority != Priority::normal) number = priority == Priority::low ? lowest : highest;
    cudaStream_t made = nullptr;
    const Status status = note(cudaStreamCreateWithPriority(&made, cudaStreamNonBlocking, number));
    stream = reinterpret_cast<StreamHandle>(made);
    return status;
  }
  Status stream_destroy(StreamHandle stream) noexcept override { return note(cudaStreamDestroy(stream_of(stream))); }
  Status stream_query(StreamHandle stream) noexcept override { return note(cudaStreamQuery(stream_of(stream))); }
  Status stream_wait_event(StreamHandle stream, EventHandle event) noexcept override {
    return note(cudaStreamWaitEvent(stream_of(stream), event_of(event), 0));
  }

  Status event_create(bool timing, EventHandle& event) noexcept override {
    cudaEvent_t made = nullptr;
    const Status status = note(cudaEventCreateWithFlags(&made, timing ? cudaEventDefault : cudaEventDisableTiming));
    event = reinterpret_cast<EventHandle>(made);
    return status;
  }
  Status event_destroy(EventHandle event) noexcept override { return note(cudaEventDestroy(event_of(event))); }
  Status event_record(EventHandle event, StreamHandle stream) noexcept override {
    return note(cudaEventRecord(event_of(event), stream_of(stream)));
  }
  Status event_query(EventHandle event) noexcept override { return note(cudaEventQuery(event_of(event))); }
  Status event_elapsed(EventHandle from, EventHandle to, float& milliseconds) noexcept override {
    return note(cudaEventElapsedTime(&milliseconds, event_of(from), event_of(to)));
  }
  Status event_time(EventHandle event, Nanoseconds& time) noexcept override {
    return note(clock_.time_of(event_of(event), time));
  }

  Status copy(std::byte* destination, Space to, const std::byte* source, Space from, std::size_t bytes,
              StreamHandle stream) noexcept override {
    if (to == Space::pageable || from == Space::pageable) return kInvalidValue;
    return note(cudaMemcpyAsync(destination, source, bytes, kind_of(to, from), stream_of(stream)));
  }
  Status fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
              StreamHandle stream) noexcept override {
    if (is_one_byte(element, width)) {
      return note(cudaMemsetAsync(destination, static_cast<int>(element & 0xff), count * width, stream_of(stream)));
    }
    return note(kernels_.fill(destination, element, width, count, stream_of(stream)));
  }
  Status histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                   StreamHandle stream) noexcept override {
    return note(kernels_.histogram(counters, source, bytes, stream_of(stream)));
  }

  Status sticky_error() noexcept override { return dead_of_.load(std::memory_order_relaxed); }
  bool copies_pageable() const noexcept override { return false; }
  bool completes_inline() const noexcept override { return false; }
  // There is no way to take work back from a GPU, nor to know when it lets go of memory.
  bool abandon() noexcept override { return false; }

  void shutdown() noexcept override {
    clock_.close();
    kernels_.unload();
  }

 private:
  // Remembers what the device died of. Other errors are taken out of the runtime's per-thread record, so that they
  // don't turn up as somebody else's.
  Status note(cudaError_t status) noexcept {
    if (status == cudaSuccess || status == cudaErrorNotReady) return status;
    (void)cudaGetLastError();
    if (is_sticky(status)) {
      Status alive = kSuccess;
      dead_of_.compare_exchange_strong(alive, status, std::memory_order_relaxed);
    }
    return status;
  }

  const int ordinal_;
  std::atomic<Status> dead_of_{kSuccess};
  Kernels kernels_;
  DeviceClock clock_;
};

}  // namespace

std::shared_ptr<Driver> make_driver(int ordinal) { return std::make_shared<CudartDriver>(ordinal); }

}  // namespace heddle::cuda::cudart
