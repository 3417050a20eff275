#include "native/bridge/path_operation.hpp"

#include <cerrno>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

namespace heddle::bridge {

PathOperation::PathOperation(Bridge& bridge, std::int32_t id, io::PathRequest request) noexcept
    : PendingOperation(id),
      Job(&PathOperation::on_pool),
      RemoteCompletion(&PathOperation::on_script_thread),
      bridge_(bridge),
      request_(std::move(request)) {}

void PathOperation::start(Bridge& bridge, std::int32_t id, io::PathRequest request) {
  auto* operation = new PathOperation(bridge, id, std::move(request));
  bridge.begin(*operation);
  try {
    bridge.executor().blocking().submit(*operation);
  } catch (const std::system_error& error) {
    operation->outcome_.result = -error.code().value();
    operation->end();
  }
}

void PathOperation::on_pool(BlockingPool::Job& job) noexcept {
  auto& operation = static_cast<PathOperation&>(job);
  try {
    operation.outcome_ = io::carry_out(operation.request_, operation.cancelled_);
  } catch (const std::bad_alloc&) {
    operation.outcome_.result = -ENOMEM;
  }
  operation.bridge_.post(operation);
}

void PathOperation::on_script_thread(RemoteCompletion& completion) noexcept {
  static_cast<PathOperation&>(completion).end();
}

void PathOperation::cancel() noexcept {
  cancelled_.store(true, std::memory_order_relaxed);
  if (!bridge_.executor().blocking().withdraw(*this)) return;
  outcome_.result = -ECANCELED;
  end();
}

void PathOperation::end() noexcept {
  const std::unique_ptr<PathOperation> last_act(this);
  const bool failed = outcome_.result < 0;
  double value = failed ? 0 : static_cast<double>(outcome_.result);
  if (!outcome_.bytes.empty()) {
    bridge_.attach(id, std::move(outcome_.bytes));
    if (failed) value = 1;
  }
  bridge_.reply(id, failed ? static_cast<std::int32_t>(outcome_.result) : 0, value);
}

}  // namespace heddle::bridge
