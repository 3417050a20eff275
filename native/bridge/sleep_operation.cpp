#include "native/bridge/sleep_operation.hpp"

#include <cerrno>
#include <memory>

namespace heddle::bridge {

SleepOperation::SleepOperation(Bridge& bridge, const Submission& submission)
    : PendingOperation(submission.id), Timer(&SleepOperation::on_expiry), bridge_(bridge) {
  Executor& executor = bridge.executor();
  executor.timers().add(*this, executor.now() + static_cast<Nanoseconds>(submission.z * 1e6));
}

void SleepOperation::cancel() noexcept {
  bridge_.executor().timers().cancel(*this);
  end(-ECANCELED);
}

void SleepOperation::on_expiry(Timer& timer) noexcept { static_cast<SleepOperation&>(timer).end(0); }

void SleepOperation::end(std::int32_t status) noexcept {
  const std::unique_ptr<SleepOperation> last_act(this);
  bridge_.reply(id, status, 0);
}

}  // namespace heddle::bridge
