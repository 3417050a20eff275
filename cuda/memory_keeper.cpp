#include "cuda/memory_keeper.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

namespace heddle::cuda {

// A block's life: allocated -> dropped, its job on the lane -> freed and gone. Or, when the device closes first:
// allocated -> released by close() (device memory) -> dropped and gone.
class MemoryKeeper::Kept final : public Block, public BlockingPool::Job {
 public:
  Kept(std::shared_ptr<MemoryKeeper> owner, std::byte* address, std::size_t bytes, Space space) noexcept
      : Block(address, bytes, space), Job(&Kept::run_job), keeper(std::move(owner)), owned(address) {}

  [[nodiscard]] bool registered() const noexcept { return lent != nullptr; }

  static void run_job(Job& job) noexcept {
    auto& block = static_cast<Kept&>(job);
    const std::shared_ptr<MemoryKeeper> keeper = block.keeper;
    keeper->free(block);
  }

  // A block in the list refers to its keeper; the keeper goes with the last of them.
  std::shared_ptr<MemoryKeeper> keeper;
  std::byte* owned;            // null when there is nothing to free (any more)
  PoolPtr pool;                // that it came from
  std::shared_ptr<void> lent;  // whose memory it is, when it was registered
  bool foreign = false;        // another process's
  Kept* newer = nullptr;
  Kept* older = nullptr;
};

MemoryKeeper::~MemoryKeeper() { assert(first_ == nullptr); }

Status MemoryKeeper::take(const Request& request, std::byte*& address) noexcept {
  if (request.space == Space::pinned) return driver_->malloc_host(request.bytes, request.write_combined, address);
  const PoolPtr& pool = request.pool != nullptr ? request.pool : own_pool_;
  const auto attempt = [&] {
    if (request.shareable) return driver_->malloc_shareable(request.bytes, address);
    return pool != nullptr ? pool->allocate(*driver_, request.bytes, address) : driver_->malloc(request.bytes, address);
  };
  const Status status = attempt();
  if (status != kMemoryAllocation || pools_.empty()) return status;
  // What pools keep for later is wanted now.
  trim();
  return attempt();
}

Operation MemoryKeeper::operation_of(const Request& request) const noexcept {
  if (request.space == Space::pinned) return Operation::malloc_host;
  const bool pooled = !request.shareable && (request.pool != nullptr || own_pool_ != nullptr);
  return pooled ? Operation::pool_malloc : Operation::malloc;
}

Status MemoryKeeper::allocate(const Request& request, BlockPtr& block) {
  if (leaks()) return kDeviceClosed;
  std::byte* address = nullptr;
  if (request.bytes != 0) {
    const Status status = take(request, address);
    if (status != kSuccess) return status;
  }
  auto kept = std::make_unique<Kept>(shared_from_this(), address, request.bytes, request.space);
  if (request.space == Space::device && address != nullptr && !request.shareable) {
    kept->pool = request.pool != nullptr ? request.pool : own_pool_;
  }
  block = keep(std::move(kept));
  return kSuccess;
}

Status MemoryKeeper::register_host(std::shared_ptr<void> hold, std::byte* address, std::size_t bytes, BlockPtr& block) {
  const Status status = driver_->register_host(address, bytes);
  if (status != kSuccess) return status;
  auto kept = std::make_unique<Kept>(shared_from_this(), address, bytes, Space::pinned);
  kept->lent = std::move(hold);
  block = keep(std::move(kept));
  return kSuccess;
}

Status MemoryKeeper::open_shared(const IpcHandle& handle, std::size_t bytes, BlockPtr& block) {
  std::byte* address = nullptr;
  const Status status = driver_->ipc_open_memory(handle, bytes, address);
  if (status != kSuccess) return status;
  auto kept = std::make_unique<Kept>(shared_from_this(), address, bytes, Space::device);
  kept->foreign = true;
  block = keep(std::move(kept));
  return kSuccess;
}

BlockPtr MemoryKeeper::keep(std::unique_ptr<Kept> kept) {
  {
    const std::lock_guard lock(mutex_);
    kept->older = first_;
    if (first_ != nullptr) first_->newer = kept.get();
    first_ = kept.get();
    if (kept->space() != Space::device) {
      pinned_ += kept->bytes();
    } else if (!kept->foreign) {
      used_ += kept->bytes();
      high_water_ = std::max(high_water_, used_);
    }
  }
  const auto drop = [](Block* last) noexcept {
    auto& dropped = static_cast<Kept&>(*last);
    dropped.keeper->dropped(dropped);
  };
  return {static_cast<Block*>(kept.release()), drop};
}

// A pool on its way to the lane.
struct MemoryKeeper::PoolDrop final : BlockingPool::Job {
  PoolDrop(std::shared_ptr<MemoryKeeper> owner, Pool& dropped) noexcept
      : Job(&PoolDrop::run_job), keeper(std::move(owner)), pool(dropped) {}

  static void run_job(Job& job) noexcept {
    const std::unique_ptr<PoolDrop> drop(&static_cast<PoolDrop&>(job));
    drop->keeper->destroy_pool(drop->pool);
  }

  std::shared_ptr<MemoryKeeper> keeper;
  Pool& pool;
};

Status MemoryKeeper::make_pool(const PoolOptions& options, PoolPtr& pool) {
  PoolHandle handle = nullptr;
  const Status status = driver_->pool_create(options.release_threshold, handle);
  if (status != kSuccess) return status;
  auto made = std::make_unique<Pool>(handle, options.limit);
  {
    const std::lock_guard lock(mutex_);
    pools_.push_back(made.get());
  }
  // A block refers to its pool and its keeper, and the keeper to its own pool only until it closes.
  const auto drop = [keeper = shared_from_this()](Pool* last) noexcept { keeper->drop_pool(*last); };
  pool = PoolPtr(made.release(), drop);
  return kSuccess;
}

void MemoryKeeper::drop_pool(Pool& pool) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (lane_ != nullptr) {
      lane_->submit(*std::make_unique<PoolDrop>(shared_from_this(), pool).release());
      return;
    }
  }
  destroy_pool(pool);
}

void MemoryKeeper::destroy_pool(Pool& pool) noexcept {
  const std::unique_ptr<Pool> gone(&pool);
  {
    const std::lock_guard lock(mutex_);
    std::erase(pools_, &pool);
    // Its memory was left where it is, and so is the pool.
    if (leak_) return;
  }
  pool.destroy(*driver_);
}

void MemoryKeeper::open_pool() noexcept {
  if (!driver_->prefers_pools()) return;
  try {
    (void)make_pool({.limit = 0, .release_threshold = SIZE_MAX}, own_pool_);
  } catch (...) {  // no memory for it
  }
}

// Only the lane makes and destroys pools while it is there, so the list stays as it is.
void MemoryKeeper::trim() noexcept {
  for (Pool* pool : pools_) (void)pool->trim(*driver_, 0);
}

Status MemoryKeeper::trim_own(std::size_t keep) noexcept {
  return own_pool_ == nullptr ? kSuccess : own_pool_->trim(*driver_, keep);
}

Status MemoryKeeper::use(MemoryUse& use) noexcept {
  if (const Status status = driver_->memory_info(use.free, use.total); status != kSuccess) return status;
  for (Pool* pool : pools_) {
    PoolUse of_pool;
    if (const Status status = pool->use(*driver_, of_pool); status != kSuccess) return status;
    use.reserved += of_pool.reserved;
    use.free += of_pool.reserved - std::min(of_pool.used, of_pool.reserved);
  }
  const std::lock_guard lock(mutex_);
  use.used = used_;
  use.high_water = high_water_;
  use.pinned = pinned_;
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
    if (!block.foreign) (block.space() == Space::device ? used_ : pinned_) -= block.bytes();
  }
  const std::unique_ptr<Kept> gone(&block);
  if (gone->owned != nullptr) release(*gone, gone->owned);
}

// A status would tell of an earlier fault of the device, which is reported elsewhere.
void MemoryKeeper::release(Kept& block, std::byte* owned) noexcept {
  if (block.registered()) {
    (void)driver_->unregister_host(owned);
  } else if (block.space() == Space::pinned) {
    (void)driver_->free_host(owned);
  } else if (block.foreign) {
    (void)driver_->ipc_close_memory(owned);
  } else if (block.pool != nullptr) {
    block.pool->free(*driver_, owned, block.bytes());
  } else {
    (void)driver_->free(owned);
  }
}

bool MemoryKeeper::leaks() noexcept {
  const std::lock_guard lock(mutex_);
  return leak_;
}

void MemoryKeeper::leak() noexcept {
  const std::lock_guard lock(mutex_);
  leak_ = true;
}

// Blocks that live on go without their pool, and pools that live on without what they keep.
void MemoryKeeper::close() noexcept {
  struct Freed {
    Kept& block;
    std::byte* owned;
  };
  std::vector<Freed> device_memory;
  {
    const std::lock_guard lock(mutex_);
    for (Kept* block = first_; block != nullptr; block = block->older) {
      if (block->space() != Space::device || block->owned == nullptr || leak_) continue;
      device_memory.push_back({*block, std::exchange(block->owned, nullptr)});
    }
  }
  // Who drops a block meanwhile sends it to the lane, where this runs, so that it stays until after.
  for (const Freed& freed : device_memory) {
    release(freed.block, freed.owned);
    freed.block.pool = nullptr;
  }
  if (!leaks()) {
    for (Pool* pool : pools_) pool->destroy(*driver_);
  }
  own_pool_ = nullptr;
  const std::lock_guard lock(mutex_);
  lane_ = nullptr;
}

}  // namespace heddle::cuda
