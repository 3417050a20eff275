#pragma once

#include <cstdint>

// Ranges for NVIDIA's tools (Nsight Systems, ncu): what the program was doing, in its own words. Without a tool, and in a
// build without the CUDA toolkit, they cost next to nothing and do nothing.
namespace heddle::cuda::nvtx {

// Names a range; ranges may overlap, and may end on another thread. 0: nobody looks.
using Range = std::uint64_t;

[[nodiscard]] Range start(const char* name) noexcept;
void end(Range range) noexcept;

}  // namespace heddle::cuda::nvtx
