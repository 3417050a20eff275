#pragma once

#include "cuda/compile.hpp"
#include "cuda/host/child_process.hpp"

namespace heddle::cuda::host {

// What a C++ compiler that has failed says: its log, and the first error with its place.
[[nodiscard]] Compilation compiler_failure(const ChildResult& child, const CompileRequest& request);

}  // namespace heddle::cuda::host
