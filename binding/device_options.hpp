#pragma once

#include <napi.h>

#include "cuda/device.hpp"

namespace heddle::binding {

// The options of openDevice; lib/cuda/open.ts has checked them. Absent fields keep their defaults.
[[nodiscard]] cuda::OpenOptions device_options(const Napi::Object& from);

}  // namespace heddle::binding
