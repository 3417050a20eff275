#include "cuda/nvtx.hpp"

#ifdef HEDDLE_WITH_CUDART
#include <nvtx3/nvToolsExt.h>
#endif

namespace heddle::cuda::nvtx {

#ifdef HEDDLE_WITH_CUDART

// The header itself finds the tool, the first time, by an environment variable that the tool has set.
Range start(const char* name) noexcept { return nvtxRangeStartA(name); }
void end(Range range) noexcept { nvtxRangeEnd(range); }

#else

Range start(const char*) noexcept { return 0; }
void end(Range) noexcept {}

#endif

}  // namespace heddle::cuda::nvtx
