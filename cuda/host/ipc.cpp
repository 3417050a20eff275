#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

#include "cuda/error.hpp"
#include "cuda/host/driver.hpp"
#include "cuda/host/event.hpp"
#include "cuda/host/shared_event.hpp"
#include "cuda/host/stream.hpp"

// Memory and events that processes on this machine share.
namespace heddle::cuda::host {

namespace {

constexpr std::chrono::microseconds kFirstLook{20};
constexpr std::chrono::microseconds kLook{1000};

constexpr std::size_t kEventBytes = sizeof(SharedCounts);

}  // namespace

// Another process wakes nobody here, so it is asked.
Status SharedWait::run(const std::atomic<bool>& stop) noexcept {
  for (std::chrono::microseconds pause = kFirstLook; !there() && !stop.load(std::memory_order_relaxed);) {
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLook);
  }
  return kSuccess;
}

Status HostDriver::malloc_shareable(std::size_t bytes, std::byte*& address) noexcept {
  const Call call = begin(Operation::malloc);
  return call.status != kSuccess ? call.status : memory_.allocate_shareable(bytes, address);
}

Status HostDriver::ipc_memory(std::byte* address, IpcHandle& handle) noexcept {
  const Call call = begin(Operation::ipc_memory);
  return call.status != kSuccess ? call.status : memory_.share(address, handle);
}

Status HostDriver::ipc_open_memory(const IpcHandle& handle, std::size_t bytes, std::byte*& address) noexcept {
  const Call call = begin(Operation::ipc_open_memory);
  return call.status != kSuccess ? call.status : memory_.open(handle, bytes, address);
}

Status HostDriver::ipc_close_memory(std::byte* address) noexcept {
  const Call call = begin(Operation::ipc_close_memory);
  // As with memory of our own, it would stay with the process.
  const Status status = memory_.free(address);
  return call.status != kSuccess ? call.status : status;
}

Status HostDriver::ipc_event(EventHandle& event, IpcHandle& handle) noexcept {
  const Call call = begin(Operation::ipc_event);
  if (call.status != kSuccess) return call.status;
  try {
    const std::shared_ptr<SharedMapping> mapping = SharedMapping::make(SharedMapping::Use::event, kEventBytes);
    if (mapping == nullptr || !mapping->describe(handle)) return kMemoryAllocation;
    new (mapping->address()) SharedCounts;
    event = give_out(mapping);
    return kSuccess;
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

Status HostDriver::ipc_open_event(const IpcHandle& handle, EventHandle& event) noexcept {
  const Call call = begin(Operation::ipc_open_event);
  if (call.status != kSuccess) return call.status;
  try {
    const std::shared_ptr<SharedMapping> mapping = SharedMapping::open(handle, SharedMapping::Use::event, kEventBytes);
    if (mapping == nullptr) return kInvalidResource;
    event = give_out(mapping);
    return kSuccess;
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

EventHandle HostDriver::give_out(std::shared_ptr<SharedMapping> mapping) {
  auto event = std::make_shared<Event>(false);
  event->shared = std::move(mapping);
  event->handle = event;
  return reinterpret_cast<EventHandle>(event.get());
}

Status HostDriver::enqueue_shared(const Call& call, StreamHandle stream, const Event& event, bool record) noexcept {
  if (reinterpret_cast<Stream*>(stream)->capture != nullptr) return kCaptureUnsupported;
  try {
    Work work;
    work.operation = Operation::ipc_event;
    if (record) {
      work.job = std::make_unique<SharedRecord>(event.shared);
    } else {
      work.job = std::make_unique<SharedWait>(event.shared);
    }
    return enqueue(call, stream, std::move(work));
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

}  // namespace heddle::cuda::host
