#pragma once

#include <cstddef>
#include <memory>
#include <mutex>

#include "cuda/driver.hpp"
#include "cuda/memory.hpp"
#include "native/blocking_pool.hpp"

namespace heddle::cuda {

// All blocks of one device. It lives as long as the device or any of its blocks.
class MemoryKeeper : public std::enable_shared_from_this<MemoryKeeper> {
 public:
  // `lane` has one thread, which has started, and outlives the call of close().
  MemoryKeeper(std::shared_ptr<Driver> driver, BlockingPool& lane) noexcept
      : driver_(std::move(driver)), lane_(&lane) {}
  MemoryKeeper(const MemoryKeeper&) = delete;
  MemoryKeeper& operator=(const MemoryKeeper&) = delete;
  ~MemoryKeeper();

  // On the slow lane. On failure `block` is left null.
  [[nodiscard]] Status allocate(Space space, std::size_t bytes, BlockPtr& block);
  // Something may touch any of this memory for ever: from now on it is left where it is. Any thread.
  void leak() noexcept;
  // On the slow lane, when no operation is in flight any more. Frees device memory; from now on dropped blocks go
  // without the lane.
  void close() noexcept;

 private:
  class Kept;

  // Any thread: the last reference is gone.
  void dropped(Kept& block) noexcept;
  // On the lane, or, after close(), on the dropping thread.
  void free(Kept& block) noexcept;

  std::shared_ptr<Driver> driver_;
  std::mutex mutex_;
  BlockingPool* lane_;     // null after close()
  Kept* first_ = nullptr;  // all blocks that live
  bool leak_ = false;
};

}  // namespace heddle::cuda
