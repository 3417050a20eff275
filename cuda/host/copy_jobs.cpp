#include "cuda/host/copy_jobs.hpp"

#include <algorithm>

namespace heddle::cuda::host {

namespace {

// How much is done between two looks at the stop flag.
constexpr std::size_t kPiece = std::size_t{1} << 20;

// Some whole rows, or part of one.
RowCopy part_of(const RowCopy& copy, std::size_t row, std::size_t column) noexcept {
  RowCopy part = copy;
  part.destination += row * copy.destination_pitch + column;
  part.source += row * copy.source_pitch + column;
  part.width = std::min(kPiece, copy.width - column);
  part.rows = std::clamp<std::size_t>(kPiece / copy.width, 1, copy.rows - row);
  if (part.width < copy.width) part.rows = 1;
  return part;
}

}  // namespace

Status CopyJob::run(const std::atomic<bool>& stop) noexcept {
  for (const RowCopy& copy : copies_) {
    std::size_t row = 0;
    std::size_t column = 0;
    while (row < copy.rows && copy.width != 0) {
      if (stop.load(std::memory_order_relaxed)) return kSuccess;
      const RowCopy part = part_of(copy, row, column);
      copy_here(part);
      column += part.width;
      if (column < copy.width) continue;
      column = 0;
      row += part.rows;
    }
  }
  return kSuccess;
}

std::size_t CopyJob::weight() const noexcept {
  std::size_t bytes = 0;
  for (const RowCopy& copy : copies_) bytes += copy.width * copy.rows;
  return bytes;
}

}  // namespace heddle::cuda::host
