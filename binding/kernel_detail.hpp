#pragma once

#include <napi.h>

#include "cuda/bridge/device_port.hpp"

namespace heddle::binding {

// What goes with a reply about libraries and kernels, as lib/cuda/ reads it; undefined for other details.
[[nodiscard]] Napi::Value kernel_detail(Napi::Env env, const cuda::ReplyDetail& detail);

}  // namespace heddle::binding
