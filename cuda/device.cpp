#include "cuda/device.hpp"

#include <utility>

#include "cuda/device_thread.hpp"
#include "cuda/event.hpp"
#include "cuda/stream.hpp"

namespace heddle::cuda {

namespace {

void allocate(DeviceThread& thread, Space space, std::size_t bytes, Device::Allocated allocated) {
  thread.post_to_lane([&thread, space, bytes, allocated = std::move(allocated)](const ErrorPtr& refusal) {
    if (refusal != nullptr) return allocated(nullptr, refusal);
    BlockPtr block;
    const Status status = thread.core().memory->allocate(space, bytes, block);
    if (status == kSuccess) return allocated(std::move(block), nullptr);
    allocated(nullptr, thread.core().allocation_error(status, space, bytes));
  });
}

}  // namespace

std::unique_ptr<Device> Device::open(OpenOptions options, Opened opened) {
  auto thread = std::make_shared<DeviceThread>(std::move(options), std::move(opened));
  thread->start();
  return std::unique_ptr<Device>(new Device(std::move(thread)));
}

Device::Device(std::shared_ptr<DeviceThread> thread) noexcept : thread_(std::move(thread)) {}

Device::~Device() {
  thread_->close(nullptr);
  thread_->join();
}

const DeviceInfo& Device::info() const noexcept { return thread_->info(); }

std::shared_ptr<Stream> Device::stream(StreamOptions options) { return thread_->stream(std::move(options)); }

std::shared_ptr<Event> Device::event() { return thread_->event(); }

bool Device::owns(const Stream& stream) const noexcept { return thread_->owns(stream); }

bool Device::owns(const Event& event) const noexcept { return thread_->owns(event); }

void Device::stream_handle(std::shared_ptr<Stream> stream, Handle told) {
  DeviceThread& thread = *thread_;
  thread.post([&thread, stream = std::move(stream), told = std::move(told)](const ErrorPtr& refusal) {
    const ErrorPtr& refused = refusal != nullptr ? refusal : thread.refusal();
    if (refused != nullptr) return told(nullptr, refused);
    if (const ErrorPtr error = stream->ready()) return told(nullptr, error);
    told(stream->handle_, nullptr);
  });
}

void Device::submit(std::span<Command* const> commands) noexcept { thread_->submit(commands); }

void Device::alloc(std::size_t bytes, Allocated allocated) {
  allocate(*thread_, Space::device, bytes, std::move(allocated));
}

void Device::alloc_pinned(std::size_t bytes, Allocated allocated) {
  allocate(*thread_, Space::pinned, bytes, std::move(allocated));
}

void Device::memory_info(MemoryInfo told) {
  DeviceThread& thread = *thread_;
  thread.post_to_lane([&thread, told = std::move(told)](const ErrorPtr& refusal) {
    std::size_t free = 0;
    std::size_t total = 0;
    if (refusal != nullptr) return told(0, 0, refusal);
    const Status status = thread.core().driver->memory_info(free, total);
    if (status == kSuccess) return told(free, total, nullptr);
    told(0, 0, make_error(status, operation_name(Operation::memory_info)));
  });
}

void Device::close(std::function<void()> closed) { thread_->close(std::move(closed)); }

}  // namespace heddle::cuda
