#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "native/bridge/bridge.hpp"
#include "native/io/write_lane.hpp"

namespace heddle::bridge {

// One write of JavaScript's on the file's lane. It holds the memory until the write has ended.
class WriteOperation final : public PendingOperation, private io::WriteLane::Write, private RemoteCompletion {
 public:
  // Precondition: the parts have bytes. position -1: the file's own.
  static void start(Bridge& bridge, std::int32_t id, std::shared_ptr<io::WriteLane> lane, std::int64_t position,
                    std::vector<HeldMemory> parts);
  static void start(Bridge& bridge, std::int32_t id, std::shared_ptr<io::WriteLane> lane, std::int64_t position,
                    HeldMemory bytes);

  // What has not begun does not begin. A write that has begun runs to its end.
  void cancel() noexcept override;

 private:
  WriteOperation(Bridge& bridge, std::int32_t id, std::shared_ptr<io::WriteLane> lane, std::int64_t position) noexcept;

  void begin();
  static void on_pool(io::WriteLane::Write& write, bool more) noexcept;
  static void on_script_thread(RemoteCompletion& completion) noexcept;
  void end() noexcept;

  Bridge& bridge_;
  const Bridge::Awaited awaited_{bridge_};
  const std::shared_ptr<io::WriteLane> lane_;
  HeldMemory bytes_;
  iovec one_{};
  std::vector<HeldMemory> parts_;
  std::vector<iovec> many_;
  std::int64_t traced_since_ = 0;
};

}  // namespace heddle::bridge
