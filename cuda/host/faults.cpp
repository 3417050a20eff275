#include "cuda/host/faults.hpp"

#include <algorithm>

namespace heddle::cuda::host {

namespace {

int default_number(const Fault& fault) noexcept {
  if (fault.kind != FaultKind::fail) return kIllegalAddress;
  const bool allocates = fault.operation == Operation::malloc || fault.operation == Operation::malloc_host ||
                         fault.operation == Operation::pool_malloc;
  return allocates ? kMemoryAllocation : kUnknown;
}

}  // namespace

Faults::Faults(const Options& options) : faults_(options.faults), counts_(options.counts) {
  for (Fault& fault : faults_) {
    if (fault.number == 0) fault.number = default_number(fault);
  }
  if (!faults_.empty() && counts_ == nullptr) counts_ = std::make_shared<CallCounts>();
}

std::optional<Fault> Faults::count(Operation operation) noexcept {
  if (counts_ == nullptr) return std::nullopt;
  const std::uint64_t call =
      counts_->calls[static_cast<std::size_t>(operation)].fetch_add(1, std::memory_order_relaxed) + 1;
  for (const Fault& fault : faults_) {
    if (fault.operation == operation && call >= fault.at && call - fault.at < fault.times) return fault;
  }
  return std::nullopt;
}

bool Faults::loses_completions() const noexcept {
  return std::any_of(faults_.begin(), faults_.end(),
                     [](const Fault& fault) { return fault.kind == FaultKind::lost_completion; });
}

}  // namespace heddle::cuda::host
