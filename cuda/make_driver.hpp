#pragma once

#include <memory>

#include "cuda/device.hpp"
#include "cuda/driver.hpp"
#include "cuda/error.hpp"

namespace heddle::cuda {

// The driver that the options name, or why it can't be had. Slow: a GPU's context is not made yet, but CUDA is
// initialised.
struct DriverOrError {
  std::shared_ptr<Driver> driver;
  ErrorPtr error;
};
[[nodiscard]] DriverOrError make_driver(const OpenOptions& options);

}  // namespace heddle::cuda
