#pragma once

#include <atomic>

#include "cuda/compile.hpp"

namespace heddle::cuda::host {

// Builds kernels for the host device with the system's C++ compiler: the source in front of device_language.hpp, a table
// of its kernels behind it, a shared object out of both. Blocks for as long as a compiler takes. Throws what files and
// processes throw.
[[nodiscard]] Compilation compile(const CompileRequest& request, const std::atomic<bool>& stop);

}  // namespace heddle::cuda::host
