#include "cuda/memory_keeper.hpp"

#include <cassert>
#include <utility>
#include <vector>

namespace heddle::cuda {

// A block's life: allocated -> dropped, its job on the lane -> freed and gone. Or, when the device closes first:
// allocated -> released by close() (device memory) -> dropped and gone.
class MemoryKeeper::Kept final : public Block, public BlockingPool::Job {
 public:
  Kept(std::shared_ptr<MemoryKeeper> owner, std::byte* address, std::size_t bytes, Space space) noexcept
      : Block(address, bytes, space), Job(&Kept::run_job), keeper(std::move(owner)), owned(address) {}

  static void run_job(Job& job) noexcept {
    auto& block = static_cast<Kept&>(job);
    const std::shared_ptr<MemoryKeeper> keeper = block.keeper;
    keeper->free(block);
  }

  // A block in the list refers to its keeper; the keeper goes with the last of them.
  std::shared_ptr<MemoryKeeper> keeper;
  std::byte* owned;  // null when there is nothing to free (any more)
  Kept* newer = nullptr;
  Kept* older = nullptr;
};

MemoryKeeper::~MemoryKeeper() { assert(first_ == nullptr); }

Status MemoryKeeper::allocate(Space space, std::size_t bytes, BlockPtr& block) {
  std::byte* address = nullptr;
  if (bytes != 0) {
    const Status status =
        space == Space::device ? driver_->malloc(bytes, address) : driver_->malloc_host(bytes, address);
    if (status != kSuccess) return status;
  }
  auto kept = std::make_unique<Kept>(shared_from_this(), address, bytes, space);
  {
    const std::lock_guard lock(mutex_);
    kept->older = first_;
    if (first_ != nullptr) first_->newer = kept.get();
    first_ = kept.get();
  }
  const auto drop = [](Block* last) noexcept {
    auto& dropped = static_cast<Kept&>(*last);
    dropped.keeper->dropped(dropped);
  };
  block = BlockPtr(static_cast<Block*>(kept.release()), drop);
  return kSuccess;
}

void MemoryKeeper::dropped(Kept& block) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (lane_ != nullptr) {
      lane_->submit(block);
      return;
    }
  }
  Kept::run_job(block);
}

void MemoryKeeper::free(Kept& block) noexcept {
  {
    const std::lock_guard lock(mutex_);
    (block.newer != nullptr ? block.newer->older : first_) = block.older;
    if (block.older != nullptr) block.older->newer = block.newer;
    if (leak_) block.owned = nullptr;
  }
  const std::unique_ptr<Kept> gone(&block);
  if (gone->owned == nullptr) return;
  // A status would tell of an earlier fault of the device, which is reported elsewhere.
  if (gone->space() == Space::device) {
    driver_->free(gone->owned);
  } else {
    driver_->free_host(gone->owned);
  }
}

void MemoryKeeper::leak() noexcept {
  const std::lock_guard lock(mutex_);
  leak_ = true;
}

void MemoryKeeper::close() noexcept {
  std::vector<std::byte*> device_memory;
  {
    const std::lock_guard lock(mutex_);
    lane_ = nullptr;
    for (Kept* block = first_; block != nullptr; block = block->older) {
      if (block->space() != Space::device || block->owned == nullptr || leak_) continue;
      device_memory.push_back(std::exchange(block->owned, nullptr));
    }
  }
  for (std::byte* address : device_memory) driver_->free(address);
}

}  // namespace heddle::cuda
