#pragma once

#include "native/bridge/bridge.hpp"
#include "native/timer_queue.hpp"

namespace heddle::bridge {

// A sleep that JavaScript waits for: one timer, no coroutine.
class SleepOperation final : public PendingOperation, private Timer {
 public:
  SleepOperation(Bridge& bridge, const Submission& submission);

  void cancel() noexcept override;

 private:
  static void on_expiry(Timer& timer) noexcept;
  void end(std::int32_t status) noexcept;

  Bridge& bridge_;
};

}  // namespace heddle::bridge
