#include "cuda/nvtx.hpp"

// A header of the CUDA toolkit's, with all of its code; older toolkits have it elsewhere.
#if defined(HEDDLE_WITH_CUDART) && __has_include(<nvtx3/nvToolsExt.h>)
#define HEDDLE_NVTX 1
#include <nvtx3/nvToolsExt.h>
#endif

namespace heddle::cuda::nvtx {

#ifdef HEDDLE_NVTX

// The header itself finds the tool, the first time, by an environment variable that the tool has set.
Range start(const char* name) noexcept { return nvtxRangeStartA(name); }
void end(Range range) noexcept { nvtxRangeEnd(range); }

#else

Range start(const char*) noexcept { return 0; }
void end(Range) noexcept {}

#endif

}  // namespace heddle::cuda::nvtx
