#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::cuda::host {

// The CPU twin of kernels/histogram.cu: counters[b] += how often b occurs, for all 256 values of a byte.
void histogram(std::uint64_t* counters, const std::byte* source, std::size_t bytes) noexcept;

}  // namespace heddle::cuda::host
