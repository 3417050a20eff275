#pragma once

#include <string>

#include "cuda/compile.hpp"
#include "cuda/host/child_process.hpp"

namespace heddle::cuda::host {

// What a C++ compiler that has failed says: its log, and the first error with its place. `name` is the source's.
[[nodiscard]] Compilation compiler_failure(const ChildResult& child, const std::string& name);

}  // namespace heddle::cuda::host
