#pragma once

#include <atomic>

#include "cuda/compile.hpp"

// NVIDIA's compiler for CUDA C++, as a library. It is opened when it is first needed and never linked, so that heddle
// neither ships it nor needs it: a program that brings PTX or cubins does without.
namespace heddle::cuda::nvrtc {

// Compiles for compute capability `architecture`, 90 for 9.0: to a cubin where the library knows it, else to PTX of the
// newest that it knows. Blocks for as long as that takes; `stop` ends it early where the library can (12.8). Needs no GPU.
// Found are: request.compiler, $HEDDLE_NVRTC, libnvrtc.so.13 and .12 as the loader finds them, /usr/local/cuda.
[[nodiscard]] Compilation compile(const CompileRequest& request, int architecture, const std::atomic<bool>& stop);

// Whether there is a library to be found without being named.
[[nodiscard]] bool available();

}  // namespace heddle::cuda::nvrtc
