#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>

#include "cuda/error.hpp"
#include "cuda/memory_keeper.hpp"
#include "native/ready_queue.hpp"

namespace heddle::cuda {

class DeviceCore;

// Memory, or why there is none.
using Allocated = std::function<void(BlockPtr, const ErrorPtr&)>;

// On the slow lane; `allocated` is called there, or where a device that closes gives up waiting for that.
void allocate(DeviceCore& core, MemoryKeeper::Request request, Allocated allocated);

// `auto allocation = AwaitedAllocation(core, request); const ErrorPtr error = co_await allocation;` on the device's thread. It
// then has the block.
class AwaitedAllocation : private Runnable {
 public:
  AwaitedAllocation(DeviceCore& core, MemoryKeeper::Request request) noexcept;
  AwaitedAllocation(const AwaitedAllocation&) = delete;
  AwaitedAllocation& operator=(const AwaitedAllocation&) = delete;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting);
  [[nodiscard]] ErrorPtr await_resume() noexcept;

  BlockPtr block;

 private:
  DeviceCore& core_;
  MemoryKeeper::Request request_;
  ErrorPtr error_;
};

}  // namespace heddle::cuda
