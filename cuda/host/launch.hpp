#pragma once

#include <memory>

#include "cuda/driver.hpp"
#include "cuda/host/job.hpp"
#include "cuda/host/kernel_abi.hpp"

namespace heddle::cuda::host {

// What a GPU allows, too: kInvalidConfiguration or kInvalidValue for a shape that it would not take.
[[nodiscard]] Status check_shape(const LaunchShape& shape) noexcept;

// A kernel's blocks, one after the other, with a look at the stop flag between them. Throws std::bad_alloc.
[[nodiscard]] std::unique_ptr<Job> make_launch_job(const heddle_abi::Kernel& kernel, const KernelInfo& info,
                                                   const LaunchShape& shape, const std::byte* values);

}  // namespace heddle::cuda::host
