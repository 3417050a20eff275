#pragma once

#include <string>

namespace heddle::cuda {

// The folder of a CUDA toolkit's headers, cuda_fp16.h and its like; "" when there is none: $CUDA_HOME/include,
// $CUDA_PATH/include, then beside `compiler`, the file of a libnvrtc, as a toolkit or a wheel of pip has it, then
// /usr/local/cuda/include.
[[nodiscard]] std::string toolkit_headers(const std::string& compiler);

// Whether a compiler's log says that it misses a header that would be there.
[[nodiscard]] bool misses_toolkit_header(const std::string& log);

}  // namespace heddle::cuda
