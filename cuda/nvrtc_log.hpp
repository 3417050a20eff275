#pragma once

#include <string>

#include "cuda/compile.hpp"

namespace heddle::cuda::nvrtc {

// Takes message, file, line and column of the first error from the failure's log: "kernels.cu(3): error: ...", a line of
// source, and a line with a caret. Leaves the message alone where the log has no error.
void place_failure(Compilation& failure);

}  // namespace heddle::cuda::nvrtc
