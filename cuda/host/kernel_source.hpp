#pragma once

#include <string>
#include <string_view>

#include "cuda/compile.hpp"

// Reading CUDA C++, as far as the host device has to.
namespace heddle::cuda::host {

// A failure (ERR_HEDDLE_UNSUPPORTED) that names the first thing in the source that the host device lacks, and its place;
// ok() when it has everything. Comments and strings are no source.
[[nodiscard]] Compilation check_supported(std::string_view source);

// What the table of kernels has for a file, in the compiler's messages.
inline constexpr std::string_view kTableFile = "heddle";

// What the preprocessor made of a source, with the table of its kernels added, and with definitions for the shared memory
// that it declares extern.
[[nodiscard]] std::string with_kernel_table(std::string preprocessed);

}  // namespace heddle::cuda::host
