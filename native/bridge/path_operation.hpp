#pragma once

#include <atomic>
#include <cstdint>

#include "native/blocking_pool.hpp"
#include "native/bridge/bridge.hpp"
#include "native/io/path_call.hpp"

namespace heddle::bridge {

// One call on paths that JavaScript waits for, carried out on a thread of the executor's blocking pool. Its reply's value is
// the result of a success; bytes of the outcome wait at the bridge, with value 1 where they belong to a failure.
class PathOperation final : public PendingOperation, private BlockingPool::Job, private RemoteCompletion {
 public:
  static void start(Bridge& bridge, std::int32_t id, io::PathRequest request);

  // What has not begun does not begin. Long calls end between two steps; short ones run to their end.
  void cancel() noexcept override;

 private:
  PathOperation(Bridge& bridge, std::int32_t id, io::PathRequest request) noexcept;

  static void on_pool(BlockingPool::Job& job) noexcept;
  static void on_script_thread(RemoteCompletion& completion) noexcept;
  void end() noexcept;

  Bridge& bridge_;
  const Bridge::Awaited awaited_{bridge_};
  const io::PathRequest request_;
  io::PathOutcome outcome_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace heddle::bridge
