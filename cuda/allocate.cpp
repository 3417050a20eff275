#include "cuda/allocate.hpp"

#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/lane.hpp"

namespace heddle::cuda {

void allocate(DeviceCore& core, MemoryKeeper::Request request, Allocated allocated) {
  core.lane->ask(std::move(allocated),
                 [&core, request = std::move(request)](const Allocated& told, const ErrorPtr& refusal) {
                   if (refusal != nullptr) return told(nullptr, refusal);
                   BlockPtr block;
                   const Status status = core.memory->allocate(request, block);
                   if (status == kSuccess) return told(std::move(block), nullptr);
                   told(nullptr, core.allocation_error(status, core.memory->operation_of(request), request.bytes));
                 });
}

AwaitedAllocation::AwaitedAllocation(DeviceCore& core, MemoryKeeper::Request request) noexcept
    : core_(core), request_(std::move(request)) {}

void AwaitedAllocation::await_suspend(std::coroutine_handle<> awaiting) {
  handle = awaiting;
  const auto told = [this](BlockPtr given, const ErrorPtr& error) {
    block = std::move(given);
    error_ = error;
    core_.executor->post(*this);
  };
  allocate(core_, request_, told);
}

ErrorPtr AwaitedAllocation::await_resume() noexcept {
  if (error_ != nullptr && error_->sticky()) {
    core_.note_fault(error_->number, request_.space == Space::pinned ? Operation::malloc_host : Operation::malloc);
  }
  return std::move(error_);
}

}  // namespace heddle::cuda
