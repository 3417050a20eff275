#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/driver.hpp"
#include "cuda/memory.hpp"
#include "cuda/pool.hpp"
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

  // All of these on the slow lane. On failure `block` is left null.
  struct Request {
    Space space = Space::device;
    std::size_t bytes = 0;
    bool write_combined = false;  // pinned
    bool shareable = false;       // device: memory that other processes can be given, which that of pools can't
    PoolPtr pool;                 // device: null for the device's own way
  };
  [[nodiscard]] Status allocate(const Request& request, BlockPtr& block);
  // What allocate() asks the driver for.
  [[nodiscard]] Operation operation_of(const Request& request) const noexcept;
  // Locks memory that is there already, and keeps `hold` for as long as it is.
  [[nodiscard]] Status register_host(std::shared_ptr<void> hold, std::byte* address, std::size_t bytes,
                                     BlockPtr& block);
  // Memory of another process, which counts as nobody's here.
  [[nodiscard]] Status open_shared(const IpcHandle& handle, std::size_t bytes, BlockPtr& block);
  // The pool that plain allocations come from, where the driver prefers that. A failure leaves them without.
  void open_pool() noexcept;
  // Dropping the last reference, on whatever thread, destroys it.
  [[nodiscard]] Status make_pool(const PoolOptions& options, PoolPtr& pool);
  // Gives what pools keep back to the device.
  void trim() noexcept;
  // Gives back what is kept for plain allocations, all but so many bytes.
  [[nodiscard]] Status trim_own(std::size_t keep) noexcept;
  [[nodiscard]] Status use(MemoryUse& use) noexcept;

  // Something may touch any of this memory for ever: from now on it is left where it is. Any thread.
  void leak() noexcept;
  // On the slow lane, when no operation is in flight any more. Frees device memory; from now on dropped blocks go
  // without the lane.
  void close() noexcept;

 private:
  class Kept;

  struct PoolDrop;

  [[nodiscard]] bool leaks() noexcept;
  [[nodiscard]] Status take(const Request& request, std::byte*& address) noexcept;
  [[nodiscard]] BlockPtr keep(std::unique_ptr<Kept> kept);
  // Any thread: the last reference is gone.
  void dropped(Kept& block) noexcept;
  void drop_pool(Pool& pool) noexcept;
  void destroy_pool(Pool& pool) noexcept;
  void release(Kept& block, std::byte* owned) noexcept;
  // On the lane, or, after close(), on the dropping thread.
  void free(Kept& block) noexcept;

  std::shared_ptr<Driver> driver_;
  std::mutex mutex_;
  BlockingPool* lane_;     // null after close()
  Kept* first_ = nullptr;  // all blocks that live
  std::vector<Pool*> pools_;
  bool leak_ = false;
  std::size_t used_ = 0;
  std::size_t high_water_ = 0;
  std::size_t pinned_ = 0;
  PoolPtr own_pool_;
};

}  // namespace heddle::cuda
