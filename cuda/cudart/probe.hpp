#pragma once

#include <vector>

#include "cuda/availability.hpp"

// What CUDA says of this machine. See availability.hpp.
namespace heddle::cuda::cudart {

[[nodiscard]] Availability availability() noexcept;
[[nodiscard]] std::vector<DeviceInfo> devices() noexcept;
// Throws std::bad_alloc. A GPU that can't be asked has only its number.
[[nodiscard]] DeviceInfo device_info(int ordinal);

}  // namespace heddle::cuda::cudart
