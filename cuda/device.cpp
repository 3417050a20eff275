#include "cuda/device.hpp"

#include <utility>

#include "cuda/device_thread.hpp"
#include "cuda/event.hpp"
#include "cuda/stream.hpp"

namespace heddle::cuda {

namespace {

// A call of the slow lane: `body` gives its status, and `told` what it made.
template <class Made, class Told, class Body>
void on_lane(DeviceThread& thread, Operation operation, Told told, Body body) {
  thread.lane().ask(std::move(told),
                    [&thread, operation, body = std::move(body)](const Told& once, const ErrorPtr& refusal) {
                      Made made{};
                      if (refusal != nullptr) return once(made, refusal);
                      const Status status = body(thread.core(), made);
                      once(made, status == kSuccess ? nullptr : make_error(status, operation_name(operation)));
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

std::shared_ptr<Event> Device::event(bool timing) { return thread_->event(timing); }

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
  allocate({.space = Space::device, .bytes = bytes, .pool = nullptr}, std::move(allocated));
}

void Device::alloc_pinned(std::size_t bytes, Allocated allocated) {
  allocate({.space = Space::pinned, .bytes = bytes, .pool = nullptr}, std::move(allocated));
}

void Device::allocate(MemoryKeeper::Request request, Allocated allocated) {
  cuda::allocate(thread_->core(), std::move(request), std::move(allocated));
}

void Device::register_host(std::shared_ptr<void> hold, std::byte* address, std::size_t bytes, Allocated allocated) {
  DeviceCore& core = thread_->core();
  const auto lock = [&core, hold = std::move(hold), address, bytes](const Allocated& told, const ErrorPtr& refusal) {
    if (refusal != nullptr) return told(nullptr, refusal);
    BlockPtr block;
    const Status status = core.memory->register_host(hold, address, bytes, block);
    if (status == kSuccess) return told(std::move(block), nullptr);
    told(nullptr, core.allocation_error(status, Operation::register_host, bytes));
  };
  thread_->lane().ask(std::move(allocated), lock);
}

void Device::memory_info(MemoryInfo told) {
  on_lane<MemoryUse>(*thread_, Operation::memory_info, std::move(told),
                     [](DeviceCore& core, MemoryUse& use) { return core.memory->use(use); });
}

void Device::trim(std::size_t keep, MemoryInfo trimmed) {
  on_lane<MemoryUse>(*thread_, Operation::pool_trim, std::move(trimmed), [keep](DeviceCore& core, MemoryUse& use) {
    const Status status = core.memory->trim_own(keep);
    return status != kSuccess ? status : core.memory->use(use);
  });
}

void Device::make_pool(PoolOptions options, Pooled made) {
  on_lane<PoolPtr>(*thread_, Operation::pool_create, std::move(made),
                   [options](DeviceCore& core, PoolPtr& pool) { return core.memory->make_pool(options, pool); });
}

void Device::trim(PoolPtr pool, std::size_t keep, PoolInfo trimmed) {
  on_lane<PoolUse>(*thread_, Operation::pool_trim, std::move(trimmed),
                   [pool = std::move(pool), keep](DeviceCore& core, PoolUse& use) {
                     const Status status = pool->trim(*core.driver, keep);
                     return status != kSuccess ? status : pool->use(*core.driver, use);
                   });
}

void Device::pool_info(PoolPtr pool, PoolInfo told) {
  on_lane<PoolUse>(*thread_, Operation::pool_reserved, std::move(told),
                   [pool = std::move(pool)](DeviceCore& core, PoolUse& use) { return pool->use(*core.driver, use); });
}

void Device::enable_peer(int ordinal, Answered told) {
  on_lane<bool>(*thread_, Operation::enable_peer, std::move(told),
                [ordinal](DeviceCore& core, bool& direct) { return core.driver->enable_peer(ordinal, direct); });
}

void Device::when_reached(const std::shared_ptr<Event>& event, std::function<void(const ErrorPtr&)> reached) {
  thread_->when_reached(event, std::move(reached));
}

void Device::elapsed(const std::shared_ptr<Event>& from, const std::shared_ptr<Event>& to, Elapsed told) {
  thread_->elapsed(from, to, std::move(told));
}

std::shared_ptr<void> Device::lend() { return thread_->lend(); }

void Device::close(std::function<void()> closed) { thread_->close(std::move(closed)); }

}  // namespace heddle::cuda
