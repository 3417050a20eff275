#include "cuda/device_core.hpp"

#include "cuda/stream.hpp"

namespace heddle::cuda {

namespace {

// Callbacks of a stop belong inside the executor, where the device's thread is not when it comes to think of it.
Task<void> request_stop(Scope& tasks) {
  tasks.request_stop();
  co_return;
}

}  // namespace

void DeviceCore::stop_tasks() {
  if (executor != nullptr && tasks.live() != 0) tasks.spawn_on(*executor, request_stop(tasks));
}

void DeviceCore::refuse(const ErrorPtr& error) noexcept {
  refusal_ = error;
  // A callback may make its stream go, and a stream leaves the list only when it is disposed of, later.
  for (Stream* stream : streams) stream->reject_waiting(error);
}

void DeviceCore::refuse_new(const ErrorPtr& error) noexcept {
  refusal_ = error;
  for (Stream* stream : streams) stream->reject_paused(error);
}

ErrorPtr DeviceCore::allocation_error(Status status, Operation operation, std::size_t bytes) const {
  std::string arguments = "bytes=" + std::to_string(bytes);
  std::size_t free = 0;
  std::size_t total = 0;
  if (status == kMemoryAllocation && driver->memory_info(free, total) == kSuccess) {
    arguments += " free=" + std::to_string(free) + " total=" + std::to_string(total);
  }
  return make_error(status, operation_name(operation), arguments);
}

void DeviceCore::note_fault(Status number, Operation operation) noexcept {
  if (fault_ == nullptr) fault_ = make_error(number, operation_name(operation));
}

}  // namespace heddle::cuda
