#include "cuda/launch_action.hpp"

#include <cstring>
#include <utility>

namespace heddle::cuda {

namespace {

std::string text(const Extent& extent) {
  return std::to_string(extent.x) + "," + std::to_string(extent.y) + "," + std::to_string(extent.z);
}

}  // namespace

LaunchAction::LaunchAction(KernelPtr kernel, const LaunchShape& shape)
    : kernel_(std::move(kernel)), shape_(shape), bytes_(kernel_->info.argument_bytes()) {
  if (bytes_ > kInline) many_values_.resize(bytes_);
}

void LaunchAction::set(std::uint32_t offset, const void* value, std::size_t bytes) noexcept {
  std::memcpy(values() + offset, value, bytes);
}

void LaunchAction::set_pointer(std::uint32_t offset, Span memory) {
  set(offset, &memory.address, sizeof memory.address);
  if (held_ < kHeldInline) {
    few_held_[held_++] = std::move(memory.hold);
  } else {
    more_held_.push_back(std::move(memory.hold));
  }
}

Status LaunchAction::carry_out(Driver& driver, StreamHandle stream) noexcept {
  return driver.launch(kernel_->handle, kernel_->info, shape_, values(), stream);
}

std::string LaunchAction::arguments() const {
  return "kernel=" + kernel_->name + " grid=" + text(shape_.grid) + " block=" + text(shape_.block) +
         " shared=" + std::to_string(shape_.shared_bytes);
}

}  // namespace heddle::cuda
