#include "cuda/row_copy.hpp"

#include <cstring>

namespace heddle::cuda {

void copy_here(const RowCopy& copy) noexcept {
  if (copy.plain()) {
    std::memmove(copy.destination, copy.source, copy.width * copy.rows);
    return;
  }
  for (std::size_t row = 0; row < copy.rows; ++row) {
    std::memmove(copy.destination + row * copy.destination_pitch, copy.source + row * copy.source_pitch, copy.width);
  }
}

}  // namespace heddle::cuda
