#include "cuda/host_call.hpp"

#include "cuda/stream_turn.hpp"

namespace heddle::cuda {

void HostCall::returned(ErrorPtr error) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(returned_, true)) return;
    error_ = std::move(error);
  }
  done_.set();
}

Task<ErrorPtr> HostCallAction::run(StreamTurn& turn) {
  ErrorPtr error = co_await turn.reached();
  if (error != nullptr) co_return error;
  call_->reach(true);
  auto done = call_->done_.wait();
  (void)co_await done;
  const std::lock_guard lock(call_->mutex_);
  co_return call_->error_;
}

}  // namespace heddle::cuda
