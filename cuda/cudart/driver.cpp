#include "cuda/cudart/driver.hpp"

#include <cstring>
#include <utility>

#include "cuda/cudart/make_driver.hpp"
#include "cuda/cudart/memory_kind.hpp"
#include "cuda/cudart/probe.hpp"
#include "cuda/error.hpp"

namespace heddle::cuda::cudart {

namespace {

// All bytes of the element are the same, so that the runtime's own fill will do.
bool is_one_byte(std::uint64_t element, unsigned width) noexcept {
  const std::uint64_t repeated = (element & 0xff) * 0x0101010101010101U;
  return std::memcmp(&element, &repeated, width) == 0;
}

}  // namespace

Status CudartDriver::note(cudaError_t status) noexcept {
  if (status == cudaSuccess || status == cudaErrorNotReady) return status;
  (void)cudaGetLastError();
  if (is_sticky(status)) {
    Status alive = kSuccess;
    dead_of_.compare_exchange_strong(alive, status, std::memory_order_relaxed);
  }
  return status;
}

Status CudartDriver::set_current() noexcept {
  const Status status = note(cudaSetDevice(ordinal_));
  // Makes the context, which before CUDA 12 cudaSetDevice left for later.
  return status != kSuccess ? status : note(cudaFree(nullptr));
}

void CudartDriver::load_kernels() noexcept {
  int multiprocessors = 1;
  (void)note(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, ordinal_));
  kernels_.load(multiprocessors);
  (void)cudaGetLastError();
}

DeviceInfo CudartDriver::info() noexcept {
  try {
    return device_info(ordinal_);
  } catch (...) {  // no memory for names
    return {};
  }
}

Status CudartDriver::malloc(std::size_t bytes, std::byte*& address) noexcept {
  void* memory = nullptr;
  const Status status = note(cudaMalloc(&memory, bytes));
  address = static_cast<std::byte*>(memory);
  return status;
}

Status CudartDriver::free(std::byte* address) noexcept { return note(cudaFree(address)); }

Status CudartDriver::malloc_host(std::size_t bytes, bool write_combined, std::byte*& address) noexcept {
  void* memory = nullptr;
  const unsigned flags = cudaHostAllocPortable | (write_combined ? cudaHostAllocWriteCombined : 0U);
  const Status status = note(cudaHostAlloc(&memory, bytes, flags));
  address = static_cast<std::byte*>(memory);
  return status;
}

Status CudartDriver::free_host(std::byte* address) noexcept { return note(cudaFreeHost(address)); }

Status CudartDriver::memory_info(std::size_t& free, std::size_t& total) noexcept {
  return note(cudaMemGetInfo(&free, &total));
}

Status CudartDriver::stream_create(Priority priority, StreamHandle& stream) noexcept {
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

Status CudartDriver::stream_destroy(StreamHandle stream) noexcept { return note(cudaStreamDestroy(stream_of(stream))); }

Status CudartDriver::stream_query(StreamHandle stream) noexcept { return note(cudaStreamQuery(stream_of(stream))); }

Status CudartDriver::stream_wait_event(StreamHandle stream, EventHandle event) noexcept {
  return note(cudaStreamWaitEvent(stream_of(stream), event_of(event), 0));
}

Status CudartDriver::event_create(bool timing, EventHandle& event) noexcept {
  cudaEvent_t made = nullptr;
  const Status status = note(cudaEventCreateWithFlags(&made, timing ? cudaEventDefault : cudaEventDisableTiming));
  event = reinterpret_cast<EventHandle>(made);
  return status;
}

Status CudartDriver::event_destroy(EventHandle event) noexcept { return note(cudaEventDestroy(event_of(event))); }

Status CudartDriver::event_record(EventHandle event, StreamHandle stream) noexcept {
  return note(cudaEventRecord(event_of(event), stream_of(stream)));
}

Status CudartDriver::event_query(EventHandle event) noexcept { return note(cudaEventQuery(event_of(event))); }

Status CudartDriver::event_elapsed(EventHandle from, EventHandle to, float& milliseconds) noexcept {
  return note(cudaEventElapsedTime(&milliseconds, event_of(from), event_of(to)));
}

Status CudartDriver::event_time(EventHandle event, Nanoseconds& time) noexcept {
  return note(clock_.time_of(event_of(event), time));
}

Status CudartDriver::copy(std::byte* destination, Space to, const std::byte* source, Space from, std::size_t bytes,
                          StreamHandle stream) noexcept {
  if (to == Space::pageable || from == Space::pageable) return kInvalidValue;
  return note(cudaMemcpyAsync(destination, source, bytes, kind_of(to, from), stream_of(stream)));
}

Status CudartDriver::fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
                          StreamHandle stream) noexcept {
  if (is_one_byte(element, width)) {
    return note(cudaMemsetAsync(destination, static_cast<int>(element & 0xff), count * width, stream_of(stream)));
  }
  return note(kernels_.fill(destination, element, width, count, stream_of(stream)));
}

Status CudartDriver::histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                               StreamHandle stream) noexcept {
  return note(kernels_.histogram(counters, source, bytes, stream_of(stream)));
}

void CudartDriver::shutdown() noexcept {
  clock_.close();
  if (!leak_kernels_.load(std::memory_order_relaxed)) kernels_.unload();
  libraries_.close();
  if (memory_stream_ != nullptr) (void)note(cudaStreamDestroy(std::exchange(memory_stream_, nullptr)));
}

std::shared_ptr<Driver> make_driver(int ordinal) { return std::make_shared<CudartDriver>(ordinal); }

}  // namespace heddle::cuda::cudart
