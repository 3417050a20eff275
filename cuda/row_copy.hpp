#pragma once

#include <cstddef>

#include "cuda/memory.hpp"

namespace heddle::cuda {

// A copy that is no work for a device alone: CUDA blocks whoever asks for it, until the stream gets there and it is done.
[[nodiscard]] constexpr bool needs_host(Space to, Space from) noexcept {
  return to == Space::pageable || from == Space::pageable || (to == Space::pinned && from == Space::pinned);
}

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
  [[nodiscard]] bool on_host() const noexcept { return to != Space::device && from != Space::device; }
  [[nodiscard]] bool needs_host() const noexcept { return cuda::needs_host(to, from); }
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
