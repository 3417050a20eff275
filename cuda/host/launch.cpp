#include "cuda/host/launch.hpp"

#include <cstdint>
#include <algorithm>
#include <new>
#include <vector>

#include "cuda/host/fibers.hpp"

namespace heddle::cuda::host {

namespace {

constexpr std::uint64_t kThreads = 1024;
constexpr std::uint32_t kSharedBytes = 232448;

heddle_abi::Extent of(const Extent& extent) noexcept { return {extent.x, extent.y, extent.z}; }

class LaunchJob final : public Job {
 public:
  LaunchJob(const heddle_abi::Kernel& kernel, const KernelInfo& info, const LaunchShape& shape, const std::byte* values)
      : kernel_(kernel), shape_(shape), words_((info.argument_bytes() + sizeof(Word) - 1) / sizeof(Word)) {
    auto* const bytes = reinterpret_cast<std::byte*>(words_.data());
    std::copy_n(values, info.argument_bytes(), bytes);
    for (const KernelParameter& parameter : info.parameters) arguments_.push_back(bytes + parameter.offset);
  }

  Status run(const std::atomic<bool>& stop) noexcept override {
    try {
      return run_blocks(stop);
    } catch (const std::bad_alloc&) {  // no memory for stacks
      return kLaunchFailure;
    }
  }

  // A kernel may take any time, so the device's thread never runs one.
  std::size_t weight() const noexcept override { return std::size_t{1} << 40; }

 private:
  // As aligned as any parameter.
  struct alignas(16) Word {
    std::byte bytes[16];
  };

  Status run_blocks(const std::atomic<bool>& stop) {
    // To make stacks takes longer than most blocks: the stream's thread keeps its own.
    static thread_local Fibers fibers;
    heddle_abi::Block block{};
    block.grid = of(shape_.grid);
    block.threads_of = of(shape_.block);
    block.threads = shape_.block.x * shape_.block.y * shape_.block.z;
    block.arguments = arguments_.data();
    for (std::uint32_t z = 0; z < shape_.grid.z; ++z) {
      for (std::uint32_t y = 0; y < shape_.grid.y; ++y) {
        for (std::uint32_t x = 0; x < shape_.grid.x; ++x) {
          if (stop.load(std::memory_order_relaxed)) return kSuccess;
          block.index = {x, y, z};
          if (const Status status = fibers.run(kernel_, block); status != kSuccess) return status;
        }
      }
    }
    return kSuccess;
  }

  const heddle_abi::Kernel& kernel_;
  const LaunchShape shape_;
  std::vector<Word> words_;
  std::vector<void*> arguments_;
};

}  // namespace

Status check_shape(const LaunchShape& shape) noexcept {
  const Extent& grid = shape.grid;
  const Extent& block = shape.block;
  const Extent& cluster = shape.cluster;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535) {
    return kInvalidConfiguration;
  }
  if (block.x == 0 || block.y == 0 || block.z == 0 || block.x > kThreads || block.y > kThreads || block.z > 64 ||
      std::uint64_t{block.x} * block.y * block.z > kThreads) {
    return kInvalidConfiguration;
  }
  if (cluster.x != 0 && (cluster.y == 0 || cluster.z == 0 || grid.x % cluster.x != 0 || grid.y % cluster.y != 0 ||
                         grid.z % cluster.z != 0)) {
    return kInvalidConfiguration;
  }
  return shape.shared_bytes > kSharedBytes ? kInvalidValue : kSuccess;
}

std::unique_ptr<Job> make_launch_job(const heddle_abi::Kernel& kernel, const KernelInfo& info, const LaunchShape& shape,
                                     const std::byte* values) {
  return std::make_unique<LaunchJob>(kernel, info, shape, values);
}

}  // namespace heddle::cuda::host
