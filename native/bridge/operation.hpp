#pragma once

#include <cstddef>
#include <cstdint>

#include "native/frame_pool.hpp"

namespace heddle::bridge {

// An operation that JavaScript waits for and may cancel. The bridge finds it by its id until it has replied.
class PendingOperation {
 public:
  explicit PendingOperation(std::int32_t name) noexcept : id(name) {}
  PendingOperation(const PendingOperation&) = delete;
  PendingOperation& operator=(const PendingOperation&) = delete;

  static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { frame_pool::deallocate(memory, bytes); }

  // Asks for an early end; the operation still replies exactly once.
  virtual void cancel() noexcept = 0;

  const std::int32_t id;

 protected:
  virtual ~PendingOperation() = default;
};

// Something that ended on another thread. post() carries it to the JS thread, where `finish` is called once.
struct RemoteCompletion {
  using Function = void (*)(RemoteCompletion&) noexcept;

  explicit RemoteCompletion(Function on_script_thread) noexcept : finish(on_script_thread) {}

  RemoteCompletion* next = nullptr;
  Function finish;
};

}  // namespace heddle::bridge
