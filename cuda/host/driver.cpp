#include "cuda/host/driver.hpp"

#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "cuda/host/capture.hpp"
#include "cuda/host/stream.hpp"

namespace heddle::cuda::host {

namespace {

Stream& stream_of(StreamHandle handle) noexcept { return *reinterpret_cast<Stream*>(handle); }
Event& event_of(EventHandle handle) noexcept { return *reinterpret_cast<Event*>(handle); }

}  // namespace

HostDriver::HostDriver(const Options& options)
    : options_(options),
      faults_(options),
      memory_(options.memory_limit != 0 ? options.memory_limit : default_memory_limit()) {
  engine_.inline_bytes = options.inline_bytes;
  engine_.queue_limit = options.queue_limit;
}

HostDriver::~HostDriver() { shutdown(); }

HostDriver::Call HostDriver::begin(Operation operation) noexcept {
  const std::optional<Fault> fault = faults_.count(operation);
  if (const Status dead_of = engine_.dead_of.load(std::memory_order_relaxed); dead_of != kSuccess) return {dead_of, {}};
  if (!fault) return {kSuccess, {}};
  if (fault->kind == FaultKind::fail) return {fault->number, {}};
  if (fault->kind == FaultKind::sticky && !is_stream_work(operation)) {
    {
      const std::lock_guard lock(engine_.mutex);
      engine_.die_of(fault->number);
    }
    engine_.tell_progress();
    return {fault->number, {}};
  }
  if (fault->kind == FaultKind::slow && !is_stream_work(operation)) {
    std::this_thread::sleep_for(fault->delay);
    return {kSuccess, {}};
  }
  return {kSuccess, *fault};
}

void HostDriver::suffer(const Call& call, Work& work) noexcept {
  if (call.fault.kind == FaultKind::sticky) work.dies_of = call.fault.number;
  if (call.fault.kind == FaultKind::slow) work.delay = call.fault.delay;
}

Status HostDriver::enqueue(const Call& call, StreamHandle stream, Work work) noexcept {
  suffer(call, work);
  try {
    Stream& on = stream_of(stream);
    if (on.capture != nullptr) {
      on.capture->note(on, std::move(work));
    } else {
      on.enqueue(std::move(work));
    }
  } catch (...) {  // no memory for the queue, or no thread to be had
    return kMemoryAllocation;
  }
  return kSuccess;
}

Status HostDriver::enqueue(Operation operation, StreamHandle stream, std::unique_ptr<Job> job) noexcept {
  const Call call = begin(operation);
  if (call.status != kSuccess) return call.status;
  Work work;
  work.operation = operation;
  work.job = std::move(job);
  return enqueue(call, stream, std::move(work));
}

// A GPU would block the caller; here that is an error, so that it is found.
bool HostDriver::blocks(Space to, Space from, StreamHandle stream) const noexcept {
  if (!options_.stage_pageable || !needs_host(to, from)) return false;
  return to == Space::pageable || from == Space::pageable || stream_of(stream).capture == nullptr;
}

Status HostDriver::set_current() noexcept { return begin(Operation::set_device).status; }

DeviceInfo HostDriver::info() noexcept {
  DeviceInfo info;
  info.ordinal = -1;
  info.host = true;
  info.name = "host device";
  info.multiprocessors = static_cast<int>(std::thread::hardware_concurrency());
  info.copy_engines = info.multiprocessors;
  info.memory_bytes = memory_.limit();
  return info;
}

Status HostDriver::malloc(std::size_t bytes, std::byte*& address) noexcept {
  const Call call = begin(Operation::malloc);
  return call.status != kSuccess ? call.status : memory_.allocate(Space::device, bytes, address);
}

Status HostDriver::free(std::byte* address) noexcept {
  const Call call = begin(Operation::free);
  // The memory goes also when the device is dead: unlike a GPU's, it would stay with the process.
  const Status status = memory_.free(address);
  return call.status != kSuccess ? call.status : status;
}

Status HostDriver::malloc_host(std::size_t bytes, bool, std::byte*& address) noexcept {
  const Call call = begin(Operation::malloc_host);
  return call.status != kSuccess ? call.status : memory_.allocate(Space::pinned, bytes, address);
}

Status HostDriver::free_host(std::byte* address) noexcept {
  const Call call = begin(Operation::free_host);
  const Status status = memory_.free(address);
  return call.status != kSuccess ? call.status : status;
}

Status HostDriver::memory_info(std::size_t& free, std::size_t& total) noexcept {
  const Call call = begin(Operation::memory_info);
  if (call.status != kSuccess) return call.status;
  total = memory_.limit();
  free = total - memory_.used();
  return kSuccess;
}

Status HostDriver::stream_create(Priority priority, StreamHandle& handle) noexcept {
  const Call call = begin(Operation::stream_create);
  if (call.status != kSuccess) return call.status;
  try {
    auto stream = std::make_unique<Stream>(engine_, priority);
    const std::lock_guard lock(streams_mutex_);
    streams_.insert(stream.get());
    handle = reinterpret_cast<StreamHandle>(stream.release());
    return kSuccess;
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

Status HostDriver::stream_destroy(StreamHandle handle) noexcept {
  const Call call = begin(Operation::stream_destroy);
  const std::unique_ptr<Stream> stream(&stream_of(handle));
  const std::lock_guard lock(streams_mutex_);
  streams_.erase(stream.get());
  return call.status;
}

Status HostDriver::stream_query(StreamHandle handle) noexcept {
  const Call call = begin(Operation::stream_query);
  if (call.status != kSuccess) return call.status;
  return stream_of(handle).idle() ? sticky_error() : kNotReady;
}

Status HostDriver::stream_wait_event(StreamHandle stream, EventHandle event) noexcept {
  const Call call = begin(Operation::stream_wait_event);
  if (call.status != kSuccess) return call.status;
  if (event_of(event).shared != nullptr) return enqueue_shared(call, stream, event_of(event), false);
  Work work;
  work.operation = Operation::stream_wait_event;
  if (Stream& on = stream_of(stream); on.capture != nullptr || event_of(event).captured()) {
    suffer(call, work);
    return Capture::wait(on, event_of(event), std::move(work));
  }
  work.event = event_of(event).shared_from_this();
  {
    const std::lock_guard lock(engine_.mutex);
    work.record = work.event->records;
  }
  return enqueue(call, stream, std::move(work));
}

Status HostDriver::event_create(bool timing, EventHandle& handle) noexcept {
  const Call call = begin(Operation::event_create);
  if (call.status != kSuccess) return call.status;
  try {
    auto event = std::make_shared<Event>(timing);
    event->handle = event;
    handle = reinterpret_cast<EventHandle>(event.get());
    return kSuccess;
  } catch (const std::bad_alloc&) {
    return kMemoryAllocation;
  }
}

Status HostDriver::event_destroy(EventHandle handle) noexcept {
  const Call call = begin(Operation::event_destroy);
  const std::shared_ptr<Event> last = std::move(event_of(handle).handle);
  return call.status;
}

Status HostDriver::event_record(EventHandle handle, StreamHandle stream) noexcept {
  const Call call = begin(Operation::event_record);
  if (call.status != kSuccess) return call.status;
  Event& event = event_of(handle);
  if (event.shared != nullptr) return enqueue_shared(call, stream, event, true);
  Work work;
  work.operation = Operation::event_record;
  if (Stream& on = stream_of(stream); on.capture != nullptr) {
    suffer(call, work);
    return on.capture->record(on, event, std::move(work));
  }
  event.captured_as = 0;
  work.event = event.shared_from_this();
  {
    const std::lock_guard lock(engine_.mutex);
    work.record = ++event.records;
    event.lost = call.fault.kind == FaultKind::lost_completion;
    event.reported.store(false, std::memory_order_relaxed);
  }
  return enqueue(call, stream, std::move(work));
}

Status HostDriver::event_query(EventHandle handle) noexcept {
  const Call call = begin(Operation::event_query);
  if (call.status != kSuccess) return call.status;
  return event_of(handle).reported.load(std::memory_order_acquire) ? kSuccess : kNotReady;
}

Status HostDriver::event_elapsed(EventHandle from, EventHandle to, float& milliseconds) noexcept {
  const Call call = begin(Operation::event_elapsed);
  Nanoseconds start = 0;
  Nanoseconds end = 0;
  if (call.status != kSuccess) return call.status;
  if (const Status status = event_time(from, start); status != kSuccess) return status;
  if (const Status status = event_time(to, end); status != kSuccess) return status;
  milliseconds = static_cast<float>(end - start) / 1e6F;
  return kSuccess;
}

Status HostDriver::event_time(EventHandle handle, Nanoseconds& time) noexcept {
  Event& event = event_of(handle);
  if (!event.timing) return kInvalidValue;
  const std::lock_guard lock(engine_.mutex);
  if (!event.reached(event.records)) return kNotReady;
  time = event.time;
  return kSuccess;
}

Status HostDriver::copy(std::byte* destination, Space to, const std::byte* source, Space from, std::size_t bytes,
                        StreamHandle stream) noexcept {
  const Call call = begin(Operation::copy);
  if (call.status != kSuccess) return call.status;
  if (blocks(to, from, stream)) return kInvalidValue;
  Work work;
  work.operation = Operation::copy;
  work.destination = destination;
  work.source = source;
  work.bytes = bytes;
  return enqueue(call, stream, std::move(work));
}

Status HostDriver::fill(std::byte* destination, std::uint64_t element, unsigned width, std::size_t count,
                        StreamHandle stream) noexcept {
  const Call call = begin(Operation::fill);
  if (call.status != kSuccess) return call.status;
  Work work;
  work.operation = Operation::fill;
  work.destination = destination;
  work.bytes = count * width;
  work.element = element;
  work.width = static_cast<std::uint8_t>(width);
  return enqueue(call, stream, std::move(work));
}

Status HostDriver::histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes,
                             StreamHandle stream) noexcept {
  const Call call = begin(Operation::histogram);
  if (call.status != kSuccess) return call.status;
  Work work;
  work.operation = Operation::histogram;
  work.destination = reinterpret_cast<std::byte*>(counters);
  work.source = source;
  work.bytes = bytes;
  return enqueue(call, stream, std::move(work));
}

bool HostDriver::completes_inline() const noexcept {
  // To lose an event there must be one.
  return options_.inline_bytes != 0 && !faults_.loses_completions();
}

bool HostDriver::set_progress_hook(ProgressHook hook, void* context) noexcept {
  if (!options_.tells_progress) return false;
  const std::lock_guard lock(engine_.mutex);
  engine_.hook = hook;
  engine_.hook_context = context;
  return true;
}

bool HostDriver::abandon() noexcept {
  {
    const std::lock_guard lock(engine_.mutex);
    engine_.stop.store(true);
    engine_.changed.notify_all();
  }
  const std::lock_guard lock(streams_mutex_);
  for (Stream* stream : streams_) stream->wait_until_still();
  return true;
}

void HostDriver::shutdown() noexcept {
  set_progress_hook(nullptr, nullptr);
  std::unordered_set<Stream*> left;
  {
    const std::lock_guard lock(streams_mutex_);
    left.swap(streams_);
  }
  for (Stream* stream : left) const std::unique_ptr<Stream> last(stream);
}

}  // namespace heddle::cuda::host
