#pragma once

#include <cstddef>

#include "cuda/memory.hpp"

namespace heddle::cuda {

// Bytes from one place to another. Whoever asks for it holds both.
struct PlainCopy {
  std::byte* destination = nullptr;
  Space to = Space::pageable;
  const std::byte* source = nullptr;
  Space from = Space::pageable;
  std::size_t bytes = 0;
};

// Rows of bytes: `rows` times `width`, whose beginnings are a pitch apart on either side. A plain copy is one row.
struct RowCopy {
  std::byte* destination = nullptr;
  std::size_t destination_pitch = 0;
  Space to = Space::pageable;
  const std::byte* source = nullptr;
  std::size_t source_pitch = 0;
  Space from = Space::pageable;
  std::size_t width = 0;
  std::size_t rows = 1;

  [[nodiscard]] bool pageable() const noexcept { return to == Space::pageable || from == Space::pageable; }
  [[nodiscard]] bool plain() const noexcept {
    return rows == 1 || (destination_pitch == width && source_pitch == width);
  }
};

[[nodiscard]] inline RowCopy rows_of(const PlainCopy& copy) noexcept {
  return {.destination = copy.destination,
          .destination_pitch = copy.bytes,
          .to = copy.to,
          .source = copy.source,
          .source_pitch = copy.bytes,
          .from = copy.from,
          .width = copy.bytes};
}

// On this thread; both sides are memory of the host. Overlapping rows are copied as if by way of other memory, rows
// that overlap others are not.
void copy_here(const RowCopy& copy) noexcept;

}  // namespace heddle::cuda
