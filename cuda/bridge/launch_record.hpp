#pragma once

#include <cstdint>

namespace heddle::cuda {

// A launch's arguments as JavaScript writes them into the bridge's argument memory, 16 bytes aligned:
//
//   LaunchRecord
//   `pointers` times LaunchPointer
//   the values, from the next multiple of 16 on, as many bytes as the kernel's parameters take, laid out as they are
//
// In place of a pointer stands the offset in its memory, as a double. lib/cuda/launch.ts has the same numbers.
struct LaunchRecord {
  std::uint32_t grid[3];
  std::uint32_t block[3];
  std::uint32_t cluster[3];  // the first is 0: none
  std::uint32_t shared_bytes;
  std::uint32_t flags;
  std::uint32_t pointers;
  std::uint32_t bytes;  // of the values
  std::uint32_t unused[3];
};
static_assert(sizeof(LaunchRecord) == 64);

inline constexpr std::uint32_t kCooperative = 1;
inline constexpr std::uint32_t kProgrammatic = 2;

struct LaunchPointer {
  std::int32_t memory;   // its number; -1: a null pointer
  std::uint32_t offset;  // among the values
};

}  // namespace heddle::cuda
