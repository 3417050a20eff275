#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::cuda {

struct Extent {
  std::uint32_t x = 1;
  std::uint32_t y = 1;
  std::uint32_t z = 1;
};

// How a kernel is spread out: blocks of the grid, threads of a block.
struct LaunchShape {
  Extent grid;
  Extent block;
  Extent cluster{0, 0, 0};  // blocks of a cluster; x is 0: none
  std::uint32_t shared_bytes = 0;
  bool cooperative = false;   // all blocks are resident at once
  bool programmatic = false;  // may begin before the work in front of it has ended (programmatic dependent launch)
};

// Where a parameter lies among a kernel's arguments.
struct KernelParameter {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

struct KernelInfo {
  std::vector<KernelParameter> parameters;
  std::size_t shared_bytes = 0;  // shared memory that its code declares, besides what a launch asks for

  // From the first argument to the end of the last.
  [[nodiscard]] std::size_t argument_bytes() const noexcept {
    return parameters.empty() ? 0 : parameters.back().offset + parameters.back().bytes;
  }
};

struct Occupancy {
  int blocks_per_multiprocessor = 0;
  int suggested_block = 0;  // threads of a block that keep the device busiest
  int suggested_grid = 0;   // blocks of that size that fill the device
};

}  // namespace heddle::cuda
