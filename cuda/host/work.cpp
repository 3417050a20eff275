#include "cuda/host/work.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "cuda/host/histogram.hpp"

namespace heddle::cuda::host {

namespace {

// How much is done between two looks at the stop flag: well under a millisecond's work.
constexpr std::size_t kSlice = std::size_t{1} << 20;

void fill(std::byte* destination, std::uint64_t element, std::size_t width, std::size_t bytes) noexcept {
  if (width == 1) {
    std::memset(destination, static_cast<int>(element & 0xff), bytes);
    return;
  }
  std::array<std::byte, 4096> pattern;
  for (std::size_t i = 0; i < pattern.size(); i += width) std::memcpy(&pattern[i], &element, width);
  for (std::size_t done = 0; done < bytes; done += pattern.size()) {
    std::memcpy(destination + done, pattern.data(), std::min(pattern.size(), bytes - done));
  }
}

void carry_out_slice(const Work& work, std::size_t offset, std::size_t bytes) noexcept {
  switch (work.operation) {
    case Operation::copy:
      std::memmove(work.destination + offset, work.source + offset, bytes);
      break;
    case Operation::fill:
      fill(work.destination + offset, work.element, work.width, bytes);
      break;
    case Operation::histogram:
      histogram(reinterpret_cast<std::uint64_t*>(work.destination), work.source + offset, bytes);
      break;
    default:
      break;
  }
}

}  // namespace

Status carry_out(const Work& work, const std::atomic<bool>& stop) noexcept {
  if (work.job != nullptr) return work.job->run(stop);
  for (std::size_t offset = 0; offset < work.bytes; offset += kSlice) {
    if (stop.load(std::memory_order_relaxed)) return kSuccess;
    carry_out_slice(work, offset, std::min(kSlice, work.bytes - offset));
  }
  return kSuccess;
}

}  // namespace heddle::cuda::host
