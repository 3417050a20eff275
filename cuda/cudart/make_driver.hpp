#pragma once

#include <memory>

#include "cuda/driver.hpp"

namespace heddle::cuda::cudart {

// A GPU through the CUDA runtime. Nothing is asked of it before set_current(), which fails if there is no such GPU.
[[nodiscard]] std::shared_ptr<Driver> make_driver(int ordinal);

}  // namespace heddle::cuda::cudart
